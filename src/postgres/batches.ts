import { systemClock } from '../base/clock.ts'

/** What comes within this time shares a statement. */
const WINDOW_MS = 2

/** Adds one piece of work to the next batch. Rejects where its batch fails. */
export type Batch<Piece, Result> = (piece: Piece) => Promise<Result>

type Waiting<Piece, Result> = { piece: Piece; resolve: (result: Result) => void; reject: (error: unknown) => void }

/**
 * Collects pieces of work, and works on up to `most` of them together, one batch at a time: a process that does the same for many wallets
 * at once leaves connections to its heartbeat.
 *
 * @param work gives a result for each piece, in their order
 */
export function createBatches<Piece, Result>(
  { most }: { most: number },
  work: (pieces: readonly Piece[]) => Promise<readonly Result[]>,
): Batch<Piece, Result> {
  let waiting: Waiting<Piece, Result>[] = []
  let isWorking = false

  return (piece) =>
    new Promise((resolve, reject) => {
      waiting.push({ piece, resolve, reject })
      if (!isWorking) systemClock.after(WINDOW_MS, () => void run())
      isWorking = true
    })

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      await runBatch(batch)
    }
    isWorking = false
  }

  async function runBatch(batch: readonly Waiting<Piece, Result>[]): Promise<void> {
    try {
      const results = await work(batch.map(({ piece }) => piece))
      for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}

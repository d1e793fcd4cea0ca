import { systemClock } from '../base/clock.ts'

/** Adds one piece of work to the next batch. Rejects where its batch fails. */
export type Batch<Piece, Result> = (piece: Piece) => Promise<Result>

export type BatchOptions = {
  most: number
  /** What comes within this time shares a statement. */
  windowMs?: number
  /** Whether no other piece can come now: a batch waits for none. */
  isComplete?: () => boolean
}

type Waiting<Piece, Result> = { piece: Piece; resolve: (result: Result) => void; reject: (error: unknown) => void }

/**
 * Collects pieces of work, and works on up to `most` of them together, one batch at a time: a process that does the same for many wallets
 * at once leaves connections to its heartbeat.
 *
 * @param work gives a result for each piece, in their order
 */
export function createBatches<Piece, Result>(
  { most, windowMs = 2, isComplete = () => false }: BatchOptions,
  work: (pieces: readonly Piece[]) => Promise<readonly Result[]>,
): Batch<Piece, Result> {
  let waiting: Waiting<Piece, Result>[] = []
  let isWorking = false
  let cancel: (() => void) | null = null

  return (piece) =>
    new Promise((resolve, reject) => {
      waiting.push({ piece, resolve, reject })
      if (!isWorking) plan()
    })

  function plan(): void {
    if (isComplete()) return start()
    cancel ??= systemClock.after(windowMs, start)
  }

  function start(): void {
    cancel?.()
    cancel = null
    isWorking = true
    void run()
  }

  async function run(): Promise<void> {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += most) await runBatch(all.slice(at, at + most))
    isWorking = false
    if (waiting.length > 0) plan()
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

import type { Clock } from '../base/clock.ts'
import { ReadError } from '../base/errors.ts'
import { decodeOrThrow, query, type Batch, type Outcome, type ViewCall } from './batch.ts'
import { aggregateIn } from './decode-aggregate.ts'
import { encodeAggregate } from './encode-aggregate.ts'
import { isTooMuch } from './refused-size.ts'
import { createRequestSize } from './request-size.ts'
import type { BlockTag, Rpc } from './rpc.types.ts'

/** What is asked for within this time shares a request. */
const WINDOW_MS = 2
/** A hundred wallets; nodes with tighter limits refuse, and get less. */
const MOST_CALLS = 600
const MOST_BARE = 10_000

export type CombinedBatchOptions = {
  rpc: Pick<Rpc, 'call'>
  /** Multicall3's address. */
  multicall: string
  clock: Clock
}

/** The calls of one reader: they are answered at one block. */
type Group = {
  calls: readonly ViewCall[]
  resolve: (outcomes: Outcome[]) => void
  reject: (error: unknown) => void
}

/**
 * Puts the view calls of many wallets into as few requests as the node takes: equal calls once, and the calls of one reader never
 * apart. How much a node takes is found out: half after each refusal, and remembered.
 */
export function createCombinedBatch({ rpc, multicall, clock }: CombinedBatchOptions): Batch {
  const waiting = new Map<BlockTag, Group[]>()
  /** Calls that revert without data even alone, as those of functions that a contract lacks. */
  const bare = new Set<string>()
  const size = createRequestSize(MOST_CALLS)

  return (calls, blockTag) => {
    if (calls.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      const groups = waiting.get(blockTag) ?? begin(blockTag)
      groups.push({ calls, resolve, reject })
    })
  }

  function begin(blockTag: BlockTag): Group[] {
    const groups: Group[] = []
    waiting.set(blockTag, groups)
    clock.after(WINDOW_MS, () => {
      waiting.delete(blockTag)
      for (const chunk of chunksOf(groups, size.limit())) void run(chunk, blockTag)
    })
    return groups
  }

  async function run(groups: readonly Group[], blockTag: BlockTag): Promise<void> {
    const { calls, places } = placesOf(groups)
    try {
      const answer = await rpc.call({ to: multicall, data: encodeAggregate(calls) }, blockTag)
      const results = decodeOrThrow(() => aggregateIn(answer))
      if (results.length !== calls.length) throw new ReadError('The node answered fewer calls than were made.', {})
      const outcomes = results.map(({ success, data }): Outcome => ({ reverted: !success, data }))
      size.taken(calls.length)
      for (const [at, group] of groups.entries()) {
        const own = places[at]?.map((place) => outcomes[place] ?? NO_ANSWER) ?? []
        await settle(group, own, groups.length > 1, blockTag)
      }
    } catch (error) {
      if (groups.length > 1 && isTooMuch(error)) return halve(groups, calls.length, blockTag)
      const failure = await query(() => Promise.reject(error)).catch((reason: unknown) => reason)
      for (const { reject } of groups) reject(failure)
    }
  }

  /** A call that ran out of the common gas reverts without data, as one of a function that is missing: alone it shows which it is. */
  async function settle(group: Group, own: Outcome[], isShared: boolean, blockTag: BlockTag): Promise<void> {
    const doubtful = group.calls.filter((call, at) => isBare(own[at] ?? NO_ANSWER) && !bare.has(keyOf(call)))
    if (isShared && doubtful.length > 0) return run([group], blockTag)
    if (bare.size > MOST_BARE) bare.clear()
    for (const call of doubtful) bare.add(keyOf(call))
    group.resolve(own)
  }

  async function halve(groups: readonly Group[], calls: number, blockTag: BlockTag): Promise<void> {
    size.refused(calls)
    const middle = Math.ceil(groups.length / 2)
    await Promise.all([run(groups.slice(0, middle), blockTag), run(groups.slice(middle), blockTag)])
  }
}

const NO_ANSWER: Outcome = { reverted: true, data: '0x' }

const keyOf = ({ to, data }: ViewCall): string => `${to} ${data}`
const isBare = ({ reverted, data }: Outcome): boolean => reverted && data === '0x'

/** The different calls of groups, and where among them those of each group stand: a key is made once for each call. */
function placesOf(groups: readonly Group[]): { calls: ViewCall[]; places: number[][] } {
  const calls: ViewCall[] = []
  const known = new Map<string, number>()
  const placeOf = (call: ViewCall): number => {
    const key = keyOf(call)
    const place = known.get(key)
    if (place !== undefined) return place
    known.set(key, calls.length)
    return calls.push(call) - 1
  }
  return { places: groups.map((group) => group.calls.map(placeOf)), calls }
}

/** Groups in their order, with at most so many calls each; a group with more is alone. */
function chunksOf(groups: readonly Group[], limit: number): Group[][] {
  const chunks: Group[][] = []
  let size = Infinity
  for (const group of groups) {
    size += group.calls.length
    const last = chunks.at(-1)
    if (last && size <= limit) last.push(group)
    else {
      chunks.push([group])
      size = group.calls.length
    }
  }
  return chunks
}

import { describeValue } from '../base/describe-value.ts'
import { check, checkNames, checkWhole, listNames } from './checks.ts'

/** The faults between a broker and its chain. */
export type FaultKind =
  /** The node does not answer a query. */
  | 'read'
  /** A position is some blocks old. */
  | 'stale'
  /** A nonce count is some blocks old. */
  | 'stale-nonce'
  /** The node refuses a transaction with an error. */
  | 'broadcast'
  /** The node accepts a transaction and forgets it. */
  | 'lost'
  /** The node accepts a transaction, and mines it some blocks late. */
  | 'late'

export type FaultOptions = {
  /** How many times; once by default, `Infinity` until heal(). */
  times?: number
  /** Age of a stale position or delay of a late transaction, in blocks; 3 by default. */
  blocks?: number
}

/** Probabilities from 0 to 1, and the largest age or delay in blocks; 3 by default. */
export type FaultRates = Partial<Record<FaultKind, number>> & { blocks?: number }

const BLOCKS = 3

const kinds: Readonly<Record<FaultKind, true>> = {
  read: true,
  stale: true,
  'stale-nonce': true,
  broadcast: true,
  lost: true,
  late: true,
}

export type Faults = {
  /** Makes the next occasions fail, after those of earlier calls; one occasion by default. */
  next(kind: FaultKind, how?: number | FaultOptions): void
  /** Makes each occasion fail with some probability; replaces the rates of the call before. */
  atRandom(rates: FaultRates): void
  /** Ends all faults. */
  heal(): void
  /** Whether this occasion fails: the age or delay in blocks, or null. */
  take(kind: FaultKind): number | null
}

/** Injects faults: the next occasions, or at random from the chain's seed. */
export function createFaults(random: () => number): Faults {
  const scheduled = new Map<FaultKind, { times: number; blocks: number }[]>()
  let rates: FaultRates = {}

  return {
    next(kind, how = {}) {
      checkKind(kind)
      if (typeof how !== 'number') checkNames('a fault', how, { times: true, blocks: true })
      const { times = 1, blocks = BLOCKS } = typeof how === 'number' ? { times: how } : how
      if (times !== Infinity) checkWhole('times', times, { least: 0 })
      checkWhole('blocks', blocks, { least: 1 })
      scheduled.set(kind, [...(scheduled.get(kind) ?? []), { times, blocks }])
    },
    atRandom(next) {
      checkNames('faults at random', next, { ...kinds, blocks: true })
      const { blocks = BLOCKS, ...probabilities } = next
      checkWhole('blocks', blocks, { least: 1 })
      for (const [kind, rate = 0] of Object.entries(probabilities)) checkRate(kind, rate)
      rates = { ...next }
    },
    heal() {
      scheduled.clear()
      rates = {}
    },
    take(kind) {
      const one = scheduled.get(kind)?.find(({ times }) => times > 0)
      if (one) {
        one.times -= 1
        return one.blocks
      }
      const rate = rates[kind] ?? 0
      return rate > 0 && random() < rate ? 1 + Math.floor(random() * (rates.blocks ?? BLOCKS)) : null
    },
  }
}

function checkKind(kind: unknown): void {
  check(typeof kind === 'string' && Object.hasOwn(kinds, kind), 'There is no such fault.', {
    kind: describeValue(kind),
    known: listNames(Object.keys(kinds)),
  })
}

function checkRate(kind: string, rate: unknown): void {
  check(typeof rate === 'number' && rate >= 0 && rate <= 1, 'A probability is a number from 0 to 1.', {
    [kind]: describeValue(rate),
  })
}

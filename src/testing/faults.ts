import { describeValue } from '../base/describe-value.ts'
import { check, checkNames, checkWhole, listed } from './checks.ts'

/** What may go wrong between a broker and its chain. */
export type FaultKind =
  /** A question is not answered. */
  | 'read'
  /** A position is that of some blocks ago. */
  | 'stale'
  /** A count of nonces is that of some blocks ago. */
  | 'stale-nonce'
  /** A transaction is refused, with an error. */
  | 'broadcast'
  /** A transaction is taken and forgotten. */
  | 'lost'
  /** A transaction is taken, and mined only some blocks later. */
  | 'late'

export type FaultOptions = {
  /** How often; once by default, `Infinity` until all is healed. */
  times?: number
  /** How many blocks a stale position is old, or a late transaction waits; 3 by default. */
  blocks?: number
}

/** Probabilities, from 0 to 1, and the most blocks that something is stale or late; 3 by default. */
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

/** Faults on request: the next so many times, or at random from the chain's seed. */
export function createFaults(random: () => number) {
  const asked = new Map<FaultKind, { times: number; blocks: number }[]>()
  let rates: FaultRates = {}

  return {
    /** The next occasions fail, after those that were asked for before; one by default. */
    next(kind: FaultKind, how: number | FaultOptions = {}): void {
      checkKind(kind)
      if (typeof how !== 'number') checkNames('a fault', how, { times: true, blocks: true })
      const { times = 1, blocks = BLOCKS } = typeof how === 'number' ? { times: how } : how
      if (times !== Infinity) checkWhole('times', times, { least: 0 })
      checkWhole('blocks', blocks, { least: 1 })
      asked.set(kind, [...(asked.get(kind) ?? []), { times, blocks }])
    },
    /** Each occasion fails with some probability, until it is called again. */
    atRandom(next: FaultRates): void {
      checkNames('faults at random', next, { ...kinds, blocks: true })
      const { blocks = BLOCKS, ...probabilities } = next
      checkWhole('blocks', blocks, { least: 1 })
      for (const [kind, rate = 0] of Object.entries(probabilities)) checkRate(kind, rate)
      rates = { ...next }
    },
    /** Everything is well from now on. */
    heal(): void {
      asked.clear()
      rates = {}
    },
    /** Whether this occasion fails: by how many blocks, or null when it does not. */
    take(kind: FaultKind): number | null {
      const one = asked.get(kind)?.find(({ times }) => times > 0)
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
    known: listed(Object.keys(kinds)),
  })
}

function checkRate(kind: string, rate: unknown): void {
  check(typeof rate === 'number' && rate >= 0 && rate <= 1, 'A probability is a number from 0 to 1.', {
    [kind]: describeValue(rate),
  })
}

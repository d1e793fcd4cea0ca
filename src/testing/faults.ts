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

/** How many blocks a stale position is old, or a late transaction waits; 3 by default. */
export type FaultOptions = { times?: number; blocks?: number }

/** Probabilities, from 0 to 1. */
export type FaultRates = Partial<Record<FaultKind, number>> & { blocks?: number }

const BLOCKS = 3

/** Faults on request: the next so many times, or at random from the chain's seed. */
export function createFaults(random: () => number) {
  const asked = new Map<FaultKind, { times: number; blocks: number }>()
  let rates: FaultRates = {}

  return {
    /** The next `times` occasions fail; once by default. */
    next(kind: FaultKind, { times = 1, blocks = BLOCKS }: FaultOptions = {}): void {
      asked.set(kind, { times, blocks })
    },
    /** Each occasion fails with some probability, until it is called again. */
    atRandom(next: FaultRates): void {
      rates = next
    },
    /** Everything is well from now on. */
    heal(): void {
      asked.clear()
      rates = {}
    },
    /** Whether this occasion fails: by how many blocks, or null when it does not. */
    take(kind: FaultKind): number | null {
      const one = asked.get(kind)
      if (one && one.times > 0) {
        one.times -= 1
        return one.blocks
      }
      const rate = rates[kind] ?? 0
      return rate > 0 && random() < rate ? 1 + Math.floor(random() * (rates.blocks ?? BLOCKS)) : null
    },
  }
}

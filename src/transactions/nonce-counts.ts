import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { NonceCounts, OwnNonces } from './nonce-reading.policy.ts'

/** A count may leap by this many at once: what is free below is a gap that the lane fills. */
const MOST_LEAP = 16
/** A count that leaps further must hold for this long. */
const LEAP_HOLDS_MS = 5_000
const PAUSE_MS = 1_000

export type NonceCountsOptions = {
  port: Pick<TransactionPort, 'transactionCount'>
  ownNonces: () => OwnNonces
  clock: Clock
}

/**
 * Reads the wallet's nonce counts for a new transaction. A count above what the lane knows is of another program, or wrong: one
 * that is a million too high would make every transaction wait for ever. So the reader asks again, and a far leap must hold.
 */
export function createNonceCounts({ port, ownNonces, clock }: NonceCountsOptions) {
  /** The latest count that was believed; null before the first. */
  let known: number | null = null

  return {
    async read(signal?: AbortSignal): Promise<NonceCounts> {
      const first = await ask()
      const expected = expectedCount()
      if (expected === null || first.latest <= expected) return believe(first)
      let counts = lower(first, await ask())
      for (const end = clock.now() + LEAP_HOLDS_MS; counts.latest > expected + MOST_LEAP && clock.now() < end;) {
        await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve))
        throwIfAborted(signal)
        counts = await ask()
      }
      return believe(counts)
    },
  }

  async function ask(): Promise<NonceCounts> {
    const [latest, pending] = await Promise.all([port.transactionCount('latest'), port.transactionCount('pending')])
    return { latest, pending }
  }

  function believe(counts: NonceCounts): NonceCounts {
    known = counts.latest
    return counts
  }

  function expectedCount(): number | null {
    const { open, mined } = ownNonces()
    if (known === null) return open.size + mined.size === 0 ? null : Math.max(...open, ...mined) + 1
    let expected = Math.max(known, ...[...open].map((nonce) => nonce + 1))
    while (mined.has(expected)) expected += 1
    return expected
  }
}

function lower(one: NonceCounts, other: NonceCounts): NonceCounts {
  return other.latest < one.latest ? other : one
}

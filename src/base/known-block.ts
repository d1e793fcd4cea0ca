import type { Block } from '../../machines/position.types.ts'
import type { Clock } from './clock.ts'

/** A block that was read before: by this process, an earlier one of the same wallet, or another wallet's broker on the same chain. */
export type KnownBlock = {
  /** Null where only its time is known. */
  number: number | null
  /** In seconds. */
  timestamp: number
  /** Its lead over the clock of the machine that read it, in milliseconds; null where that is not known. */
  aheadMs: number | null
}

/** What the brokers of one process know of a chain's time together. */
export type SharedTime = {
  /** The journal of a broker knows this block: the latest one is known to all from now on. */
  tell(block: KnownBlock): void
  /** A broker has accepted this block. */
  see(block: Block): void
  /**
   * The block that was accepted last, and the latest that any journal knows.
   *
   * @param now by the clock of the broker that asks: clocks that start at different times are apart after the machine has slept
   */
  known(now: number): readonly KnownBlock[]
}

/** A block that is accepted again within this time was seen at the same time. */
const SAME_MS = 1_000

export function createSharedTime(clock: Pick<Clock, 'now'>): SharedTime {
  let told: KnownBlock | null = null
  let last: (Block & { at: number }) | null = null

  /** What was known last, and how far the clock of the broker that asked was ahead: the next ones of its group get the same. */
  let latest: { blocks: readonly KnownBlock[]; lead: number } | null = null

  return {
    tell(block) {
      const before = told
      told = latestOf([told, block])
      if (told !== before) latest = null
    },
    see({ number, timestamp }) {
      const now = clock.now()
      if (last && last.number === number && last.timestamp === timestamp && Math.abs(now - last.at) < SAME_MS) return
      last = { number, timestamp, at: now }
      latest = null
    },
    known(now) {
      const lead = now - clock.now()
      if (latest?.lead !== lead) latest = { blocks: knownAt(lead), lead }
      return latest.blocks
    },
  }

  function knownAt(lead: number): readonly KnownBlock[] {
    if (!last) return told ? [told] : []
    const { number, timestamp, at } = last
    const seen = { number, timestamp, aheadMs: 1_000 * timestamp - (lead + at) }
    return told ? [seen, told] : [seen]
  }
}

/** The one with the latest time; null without any. */
export function latestOf(known: readonly (KnownBlock | null)[]): KnownBlock | null {
  return known.reduce((latest, one) => (one && (!latest || one.timestamp > latest.timestamp) ? one : latest), null)
}

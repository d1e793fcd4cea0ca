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
  /**
   * What a broker's journal knows is known to the others from now on.
   *
   * @returns ends it: what the journal knew until then stays
   */
  join(known: () => KnownBlock | null): () => void
  /** Any broker has accepted this block. */
  see(block: KnownBlock): void
  /** The block that was accepted last, and the latest that any journal knows. */
  known(): KnownBlock[]
}

export function createSharedTime(): SharedTime {
  const journals = new Set<() => KnownBlock | null>()
  let departed: KnownBlock | null = null
  let last: KnownBlock | null = null

  return {
    join(known) {
      journals.add(known)
      return () => {
        journals.delete(known)
        departed = latestOf([departed, known()])
      }
    },
    see: (block) => void (last = block),
    known: () => [last, latestOf([departed, ...[...journals].map((known) => known())])].filter((one) => one !== null),
  }
}

/** The one with the latest time; null without any. */
export function latestOf(known: readonly (KnownBlock | null)[]): KnownBlock | null {
  return known.reduce((latest, one) => (one && (!latest || one.timestamp > latest.timestamp) ? one : latest), null)
}

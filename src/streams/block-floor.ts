import { StaleReadingError } from '../base/errors.ts'

export type BlockFloor = {
  /** Refuses every reading below this block for good: the wallet has a receipt in it. */
  raise(block: number): void
  /** Whether the wallet has a receipt that a reading at this block does not show. */
  isAbove(block: number): boolean
  current(): number
  /** How many receipts there were. A reading that began before one may not show it. */
  receipts(): number
  /** @throws StaleReadingError for a reading that is older than a receipt, or than the newest accepted reading */
  check(block: number): void
  /** Takes over the block of an accepted reading. */
  accept(block: number): void
}

export type BlockFloorOptions = {
  /** The block at which the chain was opened. */
  notBefore: number
  blockTimeMs: () => number
  /** Milliseconds since 1970. */
  now: () => number
}

/** Below a newest reading by this much, a chain at its usual pace does not catch up soon. */
const FAR_BLOCKS = 32
/** So many readings in a row, each of a later block than the one before, over so many blocks' time, prove the chain's real head. */
const LEAST_READINGS = 3
const LEAST_BLOCKS = 3
const MOST_MS = 60_000

/** Readings in a row that are below the newest one, each above the one before. */
type Run = { block: number; readings: number; since: number }

/**
 * The lowest block that a reading may have. A receipt of the wallet raises it for good. A reading raises it too, but one absurd
 * block number must not stop the reading for ever: the floor of a reading is given up when several lower readings in a row prove
 * that the chain is far below it.
 */
export function createBlockFloor({ notBefore, blockTimeMs, now }: BlockFloorOptions): BlockFloor {
  let ofReceipts = -1
  let receipts = 0
  let ofReadings = notBefore
  let run: Run | null = null

  return {
    raise(block) {
      receipts += 1
      ofReceipts = Math.max(ofReceipts, block)
    },
    isAbove: (block) => block < current(),
    current,
    receipts: () => receipts,
    check(block) {
      if (block >= current()) return
      run = extended(run, block)
      if (block < ofReceipts || !isProof(run, block)) throw tooOld(block, current())
      ofReadings = block
    },
    accept(block) {
      run = null
      ofReadings = block
    },
  }

  function current(): number {
    return Math.max(ofReceipts, ofReadings)
  }

  function extended(before: Run | null, block: number): Run {
    if (!before || block < before.block) return { block, readings: 1, since: now() }
    return block === before.block ? before : { ...before, block, readings: before.readings + 1 }
  }

  function isProof({ readings, since }: Run, block: number): boolean {
    const isFar = ofReadings - block > FAR_BLOCKS
    const leastMs = Math.min(LEAST_BLOCKS * blockTimeMs(), MOST_MS)
    return isFar && readings >= LEAST_READINGS && now() - since >= leastMs
  }
}

function tooOld(block: number, floor: number): StaleReadingError {
  return new StaleReadingError({ answered: `block ${block}`, 'at least': `block ${floor}` })
}

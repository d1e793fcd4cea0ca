import type { Position } from '../../machines/position.types.ts'
import { StaleReadingError } from '../base/errors.ts'
import type { BlockFloor } from './block-floor.ts'
import type { Plausibility } from './plausibility.ts'

/** So often a position is read anew because receipts came meanwhile. */
const MOST_ATTEMPTS = 4

export type PreparedReadingOptions = {
  /** Asks whether the position is still what it was; null, and the promise of it, where it must be read. */
  look: (() => Promise<Position | null> | null) | null
  read: () => Promise<Position>
  /** Gets what a decision on the position rests on; null where that needs nothing. */
  prepare: (position: Position) => Promise<void> | null
  floor: Pick<BlockFloor, 'check' | 'receipts'>
  plausibility: Pick<Plausibility, 'check' | 'checkAgain'>
  throwIfClosed: () => void
  /** Called before a position is read anew. */
  onAgain: () => void
}

/**
 * Reads a position that shows every receipt of the wallet. Block numbers alone do not order a reading and a receipt, because the node that
 * names both may be wrong about one: a reading that began before a receipt came is repeated. `take` gets the position before the promise
 * of it resolves.
 *
 * @throws StaleReadingError for a block below the floor, or where receipts come during each of a few attempts
 */
export function createPreparedReading(
  options: PreparedReadingOptions,
): (take: (position: Position) => void) => Promise<Position> {
  const { look, read, prepare, floor, plausibility, throwIfClosed, onAgain } = options
  return async (take) => {
    for (let attempt = 1; ; attempt += 1) {
      const receipts = floor.receipts()
      const looking = look?.()
      const unchanged = looking && (await looking)
      const position = unchanged ?? (await read())
      const { block } = position
      throwIfClosed()
      floor.check(block.number)
      // Most readings of a fleet wait for neither: all that they do is done at once, while the wallet's memory is at hand.
      const checking = plausibility.check(block)
      if (checking) await checking
      const preparing = prepare(position)
      if (preparing) await preparing
      if (checking || preparing) {
        throwIfClosed()
        floor.check(block.number)
        plausibility.checkAgain(block)
      }
      if (floor.receipts() === receipts) {
        take(position)
        return position
      }
      if (attempt === MOST_ATTEMPTS)
        throw new StaleReadingError({ answered: `block ${block.number}`, because: 'receipts came meanwhile' })
      onAgain()
    }
  }
}

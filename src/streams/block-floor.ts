import { StaleReadingError } from '../base/errors.ts'

export type BlockFloor = {
  /** Refuses every reading below this block: the wallet has a receipt in it. */
  raise(block: number): void
  /** Whether the wallet has a receipt that a reading at this block does not show. */
  isAbove(block: number): boolean
  current(): number
  /** @throws StaleReadingError for a reading that is older than a receipt or than the newest accepted reading */
  check(block: number, newest: number | null): void
}

/** The lowest block that a reading may have. It rises with each receipt of the wallet. */
export function createBlockFloor(notBefore: number): BlockFloor {
  let floor = notBefore
  return {
    raise(block) {
      floor = Math.max(floor, block)
    },
    isAbove: (block) => block < floor,
    current: () => floor,
    check(block, newest) {
      const least = Math.max(floor, newest ?? -1)
      if (block < least) throw new StaleReadingError({ answered: `block ${block}`, 'at least': `block ${least}` })
    },
  }
}

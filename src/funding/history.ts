import type { Position } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import { allOf, type Pending } from '../base/pending.ts'
import { withTimeout } from '../base/timeout.ts'
import type { ChargeHistory } from './charge-history.ts'
import type { UseHistory } from './use-history.ts'

/** How long a reading waits for logs: one slow answer must not delay it. */
const GRACE_MS = 500

/** Null while nothing asks for the use of sub-accounts. */
type UseOf = () => Pick<UseHistory, 'learn'> | null

/** What the logs tell of the time before the first reading: charges of some hours, and use as far back as policies ask. */
export function createHistory(charges: ChargeHistory, use: UseOf, clock: Clock): ChargeHistory {
  return new History(charges, use, clock)
}

class History implements ChargeHistory {
  readonly #charges: ChargeHistory
  readonly #use: UseOf
  readonly #clock: Clock

  constructor(charges: ChargeHistory, use: UseOf, clock: Clock) {
    this.#charges = charges
    this.#use = use
    this.#clock = clock
  }

  async learn(position: Position): Promise<void> {
    await Promise.all([this.#charges.learn(position), this.#use()?.learn(position.block)])
  }

  refresh(position: Position): Pending {
    const isRead = this.#use()?.learn(position.block) ?? null
    const isReadInTime = isRead && withTimeout(GRACE_MS, () => isRead, this.#clock).catch(() => undefined)
    return allOf([this.#charges.refresh(position), isReadInTime])
  }

  search(position: Position): Pending {
    return this.#charges.search(position)
  }

  searchAll(position: Position): Promise<void> {
    return this.#charges.searchAll(position)
  }
}

import { quietUntil } from '../../machines/auto-funding/quiet.policy.ts'
import type { Position } from '../../machines/position.types.ts'
import { isSamePosition } from '../base/same-position.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { FundedAccounts } from './funded-accounts.ts'
import type { Plan } from './plan.ts'

/** Tells which readings need no plan of their own: those of a wallet that wants nothing, and where nothing has changed. */
export type Quiet = {
  /** A plan was made and sent. */
  note(plan: Plan): void
  /** Something beside the position has changed: the next reading is planned. */
  disturb(): void
  /** Whether a plan for this position would decide what the last one did. */
  holds(position: Position): boolean
}

export type QuietOptions = {
  accounts: Pick<FundedAccounts, 'all' | 'get'>
  /** Whether anything of the wallet is under way: transactions, claims, or the closing of the ledger. */
  isBusy: () => boolean
}

export function createQuiet(options: QuietOptions): Quiet {
  return new LastPlan(options)
}

class LastPlan implements Quiet {
  readonly #options: QuietOptions
  #last: { position: Position; until: number; fees: readonly bigint[] } | null = null

  constructor(options: QuietOptions) {
    this.#options = options
  }

  note(plan: Plan): void {
    const { accounts } = this.#options
    const followsBurn = (id: SubAccountId) => accounts.get(id)?.policy.levels.runway !== undefined
    const until = accounts.all().every(({ chart, paused }) => paused || chart.getSnapshot().value === 'watching')
      ? quietUntil({ ...plan, followsBurn })
      : null
    this.#last = until === null ? null : { position: plan.position, until, fees: this.#fees() }
  }

  disturb(): void {
    this.#last = null
  }

  holds(position: Position): boolean {
    const last = this.#last
    return (
      last !== null &&
      position.block.timestamp < last.until &&
      isSamePosition(last.position, position) &&
      !this.#options.isBusy() &&
      this.#haveFees(last.fees)
    )
  }

  #fees(): bigint[] {
    return this.#options.accounts.all().map(({ fee }) => fee.known().fee)
  }

  #haveFees(fees: readonly bigint[]): boolean {
    const accounts = this.#options.accounts.all()
    return accounts.length === fees.length && accounts.every(({ fee }, at) => fee.known().fee === fees[at])
  }
}

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
  #last: Noted | null = null

  constructor(options: QuietOptions) {
    this.#options = options
  }

  note(plan: Plan): void {
    const fees = this.#last?.fees ?? []
    const isWatching = this.#options.accounts
      .all()
      .every(({ chart, paused }) => paused || chart.getSnapshot().value === 'watching')
    this.#last = isWatching ? { plan, until: undefined, fees: this.#haveFees(fees) ? fees : this.#fees() } : null
  }

  disturb(): void {
    this.#last = null
  }

  holds(position: Position): boolean {
    const last = this.#last
    return (
      last !== null &&
      isSamePosition(last.plan.position, position) &&
      position.block.timestamp < (this.#untilOf(last) ?? 0) &&
      !this.#options.isBusy() &&
      this.#haveFees(last.fees)
    )
  }

  /** Computed once a position is the same as that of the plan: the positions of a wallet in use differ at each reading. */
  #untilOf(last: Noted): number | null {
    const { accounts } = this.#options
    const followsBurn = (id: SubAccountId) => accounts.get(id)?.policy.levels.runway !== undefined
    if (last.until === undefined) last.until = quietUntil({ ...last.plan, followsBurn })
    return last.until
  }

  #fees(): bigint[] {
    return this.#options.accounts.all().map(({ fee }) => fee.known().fee)
  }

  #haveFees(fees: readonly bigint[]): boolean {
    const accounts = this.#options.accounts.all()
    return accounts.length === fees.length && accounts.every(({ fee }, at) => fee.known().fee === fees[at])
  }
}

/** A plan, the time until which it holds for its position once that was asked for, and the fees that it was made with. */
type Noted = { plan: Plan; until: number | null | undefined; fees: readonly bigint[] }

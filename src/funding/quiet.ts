import { quietUntil } from '../../machines/auto-funding/quiet.policy.ts'
import type { Position } from '../../machines/position.types.ts'
import { isSamePosition } from '../base/same-position.ts'
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

export function createQuiet({ accounts, isBusy }: QuietOptions): Quiet {
  let last: { position: Position; until: number; fees: readonly bigint[] } | null = null

  return {
    note(plan) {
      const until = accounts.all().every(({ chart, paused }) => paused || chart.getSnapshot().value === 'watching')
        ? quietUntil({ ...plan, followsBurn })
        : null
      last = until === null ? null : { position: plan.position, until, fees: fees() }
    },
    disturb() {
      last = null
    },
    holds(position) {
      return (
        last !== null &&
        position.block.timestamp < last.until &&
        isSamePosition(last.position, position) &&
        !isBusy() &&
        isSame(last.fees, fees())
      )
    },
  }

  function followsBurn(id: Plan['decisions'][number]): boolean {
    return accounts.get(id)?.policy.levels.runway !== undefined
  }

  function fees(): bigint[] {
    return accounts.all().map(({ fee }) => fee.known().fee)
  }
}

const isSame = (a: readonly bigint[], b: readonly bigint[]): boolean =>
  a.length === b.length && a.every((fee, at) => fee === b[at])

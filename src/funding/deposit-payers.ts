import type { Block } from '../../machines/position.types.ts'
import type { Pending } from '../base/pending.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { PayingKey } from './config/auto-deposit-config.ts'
import type { DepositPayer } from './deposit-payer.ts'
import { createTreasury, type Treasury, type TreasuryOptions } from './treasury.ts'

/** The wallet that deposits now: the broker's own, or a treasury. What earlier ones have in flight counts as well. */
export type DepositPayers = DepositPayer & {
  /** The broker's own wallet. */
  readonly own: DepositPayer
  /** Deposits come from this key from now on; null for the broker's own. */
  use(from: PayingKey | null): void
  refresh(block: Block): Pending
  error(): string | null
  /** Why the treasury can send nothing; null for the broker's own wallet, which says so itself. */
  refusal(): Error | null
  /** Of treasuries. */
  transactions(): readonly TransactionActor[]
  close(): Promise<void>
}

export function createDepositPayers(own: DepositPayer, options: TreasuryOptions): DepositPayers {
  const treasuries = new Map<PayingKey['signer'], Treasury>()
  let treasury: Treasury | null = null
  const current = (): DepositPayer => treasury ?? own
  const all = (): Treasury[] => [...treasuries.values()]

  return {
    own,
    balance: (position) => current().balance(position),
    exitReserve: (position) => current().exitReserve(position),
    get paysTopUps() {
      return current().paysTopUps
    },
    call: (amount) => current().call(amount),
    inFlight: () => (treasury ? all().flatMap((one) => one.inFlight()) : own.inFlight()),
    async idle(matches, signal) {
      await Promise.all([own, ...all()].map((one) => one.idle(matches, signal)))
    },
    knownBlock: () => current().knownBlock(),
    deposits: () => current().deposits(),
    hasUnknownPending: () => current().hasUnknownPending(),
    cannotRecord: () => current().cannotRecord(),
    holdsForForeign: () => current().holdsForForeign(),
    open: () => current().open(),
    submit: (intent, how) => current().submit(intent, how),
    use(from) {
      treasury = from && (treasuries.get(from.signer) ?? createTreasury(from, options))
      if (from && treasury) treasuries.set(from.signer, treasury)
    },
    refresh: (block) => treasury?.refresh(block) ?? null,
    error: () => treasury?.error() ?? null,
    refusal: () => treasury?.refusal() ?? null,
    transactions: () => all().flatMap((one) => one.transactions()),
    async close() {
      await Promise.all(all().map((one) => one.close()))
    },
  }
}

import type { DepositDecision } from '../../machines/ledger/auto-deposit.types.ts'
import { Lazy } from '../base/lazy.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { createAutoDeposit, type AutoDeposit, type AutoDepositOptions } from './auto-deposit.ts'
import { createAutoFunding, type AutoFunding, type AutoFundingOptions } from './auto-funding.ts'
import type { DepositFacts } from './deposit-decision.ts'
import { walletPayer, type WalletPayerOptions } from './deposit-payer.ts'
import { createDepositPayers, type DepositPayers } from './deposit-payers.ts'
import type { DepositTrial } from './deposit-trial.ts'
import { createTopUp, type TopUpOptions } from './top-up.ts'
import type { TreasuryOptions } from './treasury.ts'
import { createUnsettledFee, type UnsettledFeeOptions } from './unsettled-fees.ts'

export type PayingOptions = Omit<AutoFundingOptions, 'topUp' | 'onStart' | 'dispatch' | 'feeOf'> &
  Omit<AutoDepositOptions, 'payer' | 'latest' | 'plan' | 'onStart'> &
  Omit<TopUpOptions, 'isTaken' | 'submit'> &
  WalletPayerOptions &
  Pick<TreasuryOptions, 'positions' | 'clock'> &
  UnsettledFeeOptions & {
    locks: Pick<AccountLocks, 'isTaken'>
    /** Called before auto-funding or auto-deposit starts; throws where nothing can be sent. */
    onStart: (operation: string) => void
  }

/** What brings money into the ledger by itself: the wallets that deposit, and auto-deposit. */
export type LedgerFunding = { payers: DepositPayers; autoDeposit: AutoDeposit }

/** What pays for itself. */
export type Paying = {
  autoFunding: AutoFunding
  ledger: Lazy<LedgerFunding>
  /** What a dry run would deposit, also where auto-deposit is off. */
  tryDeposit(facts: DepositFacts, trial: DepositTrial): DepositDecision | null
  /** What a sub-account's provider has served and not charged yet. */
  feeOf: AutoFundingOptions['feeOf']
}

/** What connects another key that deposits. */
export type TreasuryAccess = Pick<
  TreasuryOptions,
  'connectPayer' | 'journalOf' | 'report' | 'maxFeePerGas' | 'signTimeoutMs' | 'gasMark'
>

export function createPaying(options: PayingOptions, treasury: TreasuryAccess): Paying {
  const { accounts, planner, dispatch, locks, submitter, onStart } = options
  const { report, positions, intervalMs, mustAsk, inspected, blockClock } = options
  const topUp = new Lazy(() =>
    createTopUp({ ...options, isTaken: (id) => locks.isTaken(id), submit: submitter.submit }),
  )
  const { providerFees, clock, logger } = options
  const fees = { providerFees, clock, logger }
  const feeOf: Paying['feeOf'] = (id, { unsettledFee }) => createUnsettledFee(id, unsettledFee, fees)
  const ledger = new Lazy<LedgerFunding>(() => {
    const payers = createDepositPayers(walletPayer(options), { ...options, ...treasury })
    const autoDeposit = createAutoDeposit({
      ...options,
      payer: payers,
      latest: () => dispatch.latest(),
      plan: planner.plan,
      onStart: () => onStart('startAutoDeposit'),
    })
    return { payers, autoDeposit }
  })
  return {
    feeOf,
    // By their names: a copy of all options would stay with each wallet of a fleet.
    autoFunding: createAutoFunding({
      accounts,
      dispatch,
      report,
      topUp,
      feeOf,
      positions,
      intervalMs,
      onStart: () => onStart('startAutoFunding'),
      mustAsk,
      inspected,
      blockClock,
      logger,
    }),
    ledger,
    tryDeposit: (facts, trial) => ledger.part.autoDeposit.decide(facts, trial),
  }
}

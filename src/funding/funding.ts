import type { Block, Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { latestOf } from '../base/known-block.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Lazy } from '../base/lazy.ts'
import type { Pending } from '../base/pending.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { Positions } from '../streams/positions.ts'
import type { Submitter } from '../transactions/submitter.ts'
import type { ApprovalNeed } from './approval-need.ts'
import type { AutoFunding } from './auto-funding.ts'
import type { ChargeHistory } from './charge-history.ts'
import type { DepositPayer } from './deposit-payer.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import { createFundedAccounts, type FundedAccounts } from './funded-accounts.ts'
import type { FundingReport } from './funding-report.ts'
import type { GasPrice } from './gas-price.ts'
import { gasReserveAt } from './gas-reserve.ts'
import { createHistory } from './history.ts'
import type { IdleMoney } from './idle-money.ts'
import type { LedgerFunding, Paying, PayingOptions } from './paying.ts'
import type { Planner } from './planner.ts'
import { createPlanning, type PlanningOptions } from './planning.ts'
import type { UseHistory } from './use-history.ts'

export type FundingOptions = Omit<PlanningOptions, 'accounts' | 'decideDeposit' | 'gas' | 'services'> & {
  /** Makes what pays for itself. */
  pay: (options: PayingOptions) => Paying
  submitter: Submitter
  closing: { isWanted: () => boolean; refuse: (operation: string) => void }
  positions: Positions
  intervalMs: number
  gas: GasPrice
  services: ServiceCache
  charges: ChargeHistory
  /** Null where the wallet cannot sign in at providers without asking a person. */
  providerFees: Lazy<ProviderFees> | null
  /** Called before auto-funding starts; throws where nothing can be sent. */
  onStart: (operation: string) => void
  mustAsk: ApprovalNeed
  /** Hears of each change of the charts. */
  report: FundingReport
  inspected: Inspected
  blockClock: BlockClock
}

/** Auto-funding: which accounts are funded, what a plan decides about them, and what is sent. */
export type Funding = {
  accounts: FundedAccounts
  autoFunding: AutoFunding
  planner: Planner
  dispatch: Dispatch
  /** Made where money is brought into the ledger, or a dry run tries that. */
  ledger: Lazy<LedgerFunding>
  /** What a sub-account keeps where its idle money is asked back at a position. */
  keptAt: IdleMoney['keptAt']
  /** A call asked for a sub-account. */
  ask(id: SubAccountId): void
  /** Such a call paid nothing: the journal keeps it, for the process after this one. */
  noteUnpaid(id: SubAccountId): Promise<void>
  history: ChargeHistory
  /** A dry run asks for the use of so many seconds. */
  wantUse: UseHistory['want']
  /** The level below which auto-funding would top up, with the unsettled fee asked anew; and why that is not known. */
  required(id: SubAccountId): Promise<{ required: bigint; feeError: string | null }>
  /** Reads the wallet that deposits, before a decision at a block; null where there is none to read. */
  refreshPayer(block: Block): Pending
  /** Learns from a position how fast each sub-account is charged, and which ones are used. */
  observe(position: Position): void
  /** Stops auto-funding of every sub-account, and auto-deposit. */
  stop(): void
  /** The latest block at which auto-funding or auto-deposit decided to send, by the journals. */
  knownBlock: DepositPayer['knownBlock']
  close(): Promise<void>
}

/** Wires the room: accounts → planner → dispatch → top-up and deposit → actors. */
export function createFunding(options: FundingOptions): Funding {
  const { lane, gas, burns, charges, clock, blockClock, sharedBudget, wallet } = options
  const gasReserve = (position: Position) => gasReserveAt(position, gas)
  const accounts = createFundedAccounts()
  const planning = createPlanning({
    accounts,
    decideDeposit: (facts, trial) =>
      trial ? tryDeposit(facts, trial) : (ledger.made?.autoDeposit.decide(facts) ?? null),
    ...options,
  })
  const { planner, uses, useHistory, idleMoney, inFlight, minedIn, paidIn, payments } = planning
  const leaveBudget = sharedBudget?.join(wallet, {
    payments: () => (lane?.isLoaded() === false ? null : payments()),
    refused: () => lane?.refused() ?? null,
  })
  const dispatch = createDispatch((plan) => {
    autoFunding.send(plan)
    ledger.made?.autoDeposit.send(plan)
  })
  const { autoFunding, ledger, tryDeposit, feeOf } = options.pay({
    accounts,
    planner,
    dispatch,
    inFlight,
    minedIn,
    gasReserve,
    // Last: see the options of createFunding in the engine.
    ...options,
  })
  return {
    accounts,
    autoFunding,
    planner,
    dispatch,
    ledger,
    async required(id) {
      const fee = accounts.get(id)?.fee ?? feeOf(id, { unsettledFee: 'provider' })
      await fee.ask(blockClock.now())
      const { fee: unsettledFee, error: feeError } = fee.known()
      return { required: planner.requiredOf(id, unsettledFee), feeError }
    },
    keptAt: (id, position) => idleMoney.keptAt(id, position),
    wantUse: (seconds) => useHistory.want(seconds),
    ask: (id) => uses.ask(id, blockClock.now()),
    noteUnpaid: async (id) => lane?.asks.note(id, blockClock.now()),
    history: createHistory(charges, () => useHistory, clock),
    refreshPayer: (block) => ledger.made?.autoDeposit.refresh(block) ?? null,
    observe(position) {
      burns.observe(position, paidIn)
      uses.observe(position)
      ledger.made?.autoDeposit.see(position)
    },
    stop() {
      autoFunding.stopAll()
      ledger.made?.autoDeposit.stop()
    },
    knownBlock: () => latestOf([lane?.knownBlock() ?? null, ledger.made?.payers.knownBlock() ?? null]),
    async close() {
      autoFunding.close()
      ledger.made?.autoDeposit.stop()
      leaveBudget?.()
      await ledger.made?.payers.close()
    },
  }
}

import { exitGas } from '../../machines/gas-costs.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { withTimeout } from '../base/timeout.ts'
import { latestOf } from '../base/known-block.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import { allOf, type Pending } from '../base/pending.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { Positions } from '../streams/positions.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Lane } from '../transactions/lane.types.ts'
import type { DepositPayer } from './deposit-payer.ts'
import type { Submitter } from '../transactions/submitter.ts'
import type { ApprovalNeed } from './approval-need.ts'
import type { AutoFunding } from './auto-funding.ts'
import type { SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import { bySubAccount } from './budget.ts'
import { createBurnRates, type BurnRates } from './burn-rates.ts'
import { createChargeHistory, type ChargeHistory } from './charge-history.ts'
import { laneFactsOf } from './deposit-payer.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import { createFundedAccounts, type FundedAccounts } from './funded-accounts.ts'
import type { FundingReport } from './funding-report.ts'
import type { GasPrice } from './gas-price.ts'
import { createGrades } from './grades.ts'
import type { SharedBudget } from './shared-budget.ts'
import { createIdleMoney, type IdleMoney } from './idle-money.ts'
import { createUseHistory, type UseHistory } from './use-history.ts'
import { createUses } from './uses.ts'
import type { LedgerFunding, Paying, PayingOptions } from './paying.ts'
import { createPlanner, type Planner } from './planner.ts'

/** How long a reading waits for logs: one slow answer must not delay it. */
const GRACE_MS = 500

type FailureOf = (id: SubAccountId) => Failure | null

export type FundingOptions = {
  wallet: string
  rules: Rules
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
  /** Makes what pays for itself. */
  pay: (options: PayingOptions) => Paying
  /** Null for a broker without a signer. */
  lane: Lane | null
  locks: AccountLocks
  submitter: Submitter
  closing: { isWanted: () => boolean; refuse: (operation: string) => void }
  positions: Positions
  intervalMs: number
  /** For all providers together; null is no limit. */
  budget: SpendingWindow | null
  /** A budget that this wallet shares with others. */
  sharedBudget?: SharedBudget | undefined
  /** Refunds of every sub-account are claimed without a call. */
  claimsAll: boolean
  /** Why the last auto-claim failed, and requests for idle money that this process sends. */
  refunds: { failureOf: FailureOf; reclaims: { isUnderway: () => boolean; failureOf: FailureOf } }
  gas: GasPrice
  services: ServiceCache
  /** Null where the wallet cannot sign in at providers without asking a person. */
  providerFees: Lazy<ProviderFees> | null
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  /** Called before auto-funding starts; throws where nothing can be sent. */
  onStart: (operation: string) => void
  mustAsk: ApprovalNeed
  /** Hears of each change of the charts. */
  report: FundingReport
  /** Called with what a reading shows to be charged, in wei. */
  onCharge: (id: SubAccountId, amount: bigint) => void
  /** Called once the logs have told of earlier charges: plans depend on them. */
  onLearn: () => void
  inspected: Inspected
  clock: Clock
  blockClock: BlockClock
  logger: Logger
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
  const { lane, locks, gas, services, clock, logger } = options
  const laneFacts = laneFactsOf(() => lane)
  const { inFlight } = laneFacts
  const gasReserve = ({ subAccounts, elsewhere = [] }: Position) =>
    (gas.price ?? 0n) * exitGas(subAccounts.length + elsewhere.length)
  const accounts = createFundedAccounts()
  const burns: BurnRates = createBurnRates(options)
  const paidIn = bySubAccount((from, to) => lane?.paidIn(from, to) ?? new Map())
  const payments = () => lane?.payments() ?? []
  const { sharedBudget, wallet } = options
  const leaveBudget = sharedBudget?.join(wallet, {
    payments: () => (lane?.isLoaded() === false ? null : payments()),
    refused: () => lane?.refused() ?? null,
  })
  const minedIn = (from: number, to: number) => lane?.minedIn(from, to) ?? []
  const uses = createUses({ minedIn, inFlight })
  const useHistory = createUseHistory({
    uses,
    readSettlements: options.readSettlements,
    longest: () => longestIdleness(accounts),
    clock,
    logger,
  })
  const idleMoney = createIdleMoney({
    isUnderway: options.refunds.reclaims.isUnderway,
    failureOf: options.refunds.reclaims.failureOf,
    accounts,
    uses,
    askedAt: (id) => lane?.asks.lastAt(id) ?? null,
    isReading: () => useHistory.isReading(),
    payments,
    reclaims: () => lane?.reclaims() ?? [],
    inFlight,
  })
  const planner = createPlanner({
    accounts,
    grades: createGrades({ burns, accounts, pricesOf: services.pricesOf, minLockedBalance: options.minLockedBalance }),
    reserved: locks.reserved,
    isStalled: (id) => locks.stallOf(id) !== null,
    minLockedBalance: options.minLockedBalance,
    rules: options.rules,
    spending: {
      budget: options.budget,
      payments,
      paidIn,
      sharedLeft: sharedBudget && ((now) => sharedBudget.left(now, wallet)),
    },
    gasReserve,
    idleMoney,
    decideDeposit: (facts, trial) =>
      trial ? tryDeposit(facts, trial) : (ledger.made?.autoDeposit.decide(facts) ?? null),
    gasPrice: () => gas.price,
    ...laneFacts,
    feesAreHigh: () => gas.isHigh,
    claims: { ofAll: options.claimsAll, failureOf: options.refunds.failureOf },
    isRegistered: services.isRegistered,
    isAccepted: services.isAccepted,
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
      await fee.ask(options.blockClock.now())
      const { fee: unsettledFee, error: feeError } = fee.known()
      return { required: planner.requiredOf(id, unsettledFee), feeError }
    },
    keptAt: (id, position) => idleMoney.keptAt(id, position),
    wantUse: (seconds) => useHistory.want(seconds),
    ask: (id) => uses.ask(id, options.blockClock.now()),
    noteUnpaid: async (id) => lane?.asks.note(id, options.blockClock.now()),
    history: new History(
      createChargeHistory({ burns, readSettlements: options.readSettlements, clock, logger }),
      useHistory,
      clock,
    ),
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

/** What the logs tell of the time before the first reading: charges of some hours, and use as far back as policies ask. */
class History implements ChargeHistory {
  readonly #charges: ChargeHistory
  readonly #use: UseHistory
  readonly #clock: Clock

  constructor(charges: ChargeHistory, use: UseHistory, clock: Clock) {
    this.#charges = charges
    this.#use = use
    this.#clock = clock
  }

  async learn(position: Position): Promise<void> {
    await Promise.all([this.#charges.learn(position), this.#use.learn(position.block)])
  }

  refresh(position: Position): Pending {
    const isRead = this.#use.learn(position.block)
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

/** The longest time after which a policy takes a sub-account for idle, in seconds; 0 where none does. */
function longestIdleness(accounts: FundedAccounts): number {
  return accounts.all().reduce((longest, { policy }) => Math.max(longest, policy.reclaim?.after ?? 0), 0)
}

/**
 * The statecharts, their facts and the funding policy: pure, without I/O.
 *
 * @module og-ledger/machines
 */

export { subAccountMachine } from './sub-account/sub-account.machine.ts'
export {
  facts,
  gradeReading,
  readingOf,
  nextUnlock,
  subAccountIn,
  type LifecycleState,
} from './sub-account/sub-account.facts.ts'
export { subAccountView, type SubAccountView } from './sub-account/sub-account.view.ts'
export type {
  Fact,
  Reading,
  SubAccountContext,
  SubAccountEvent,
  SubAccountInput,
} from './sub-account/sub-account.types.ts'
export { autoFundingEvents } from './auto-funding/auto-funding.events.ts'
export { autoFundingMachine } from './auto-funding/auto-funding.machine.ts'
export { retryAt } from './auto-funding/auto-funding.retry.ts'
export { plan, planWithShortfall, shortfallOf } from './auto-funding/auto-funding.policy.ts'
export type { Decision, DecisionRow, Limits, PlanInput, Sizing, Standing } from './auto-funding/plan.types.ts'
export type { ClaimDecision } from './auto-funding/plan.types.ts'
export type { ReclaimDecision, ReclaimHold, ReclaimRule, ReclaimStanding, Use } from './auto-funding/reclaim.types.ts'
export type { Anomaly, JumpRule } from './auto-funding/anomaly.policy.ts'
export {
  FIRST_DAY,
  firstDayLeft,
  firstDayLimit,
  firstDayOf,
  type FirstDay,
  type FirstDayLimit,
} from './auto-funding/first-day.policy.ts'
export { feeByPrices, FEE_CEILING, type Prices } from './auto-funding/fee-cap.policy.ts'
export { burnOf, BURN_WINDOW, type Burn, type Charge, type Fall } from './auto-funding/auto-funding.burn.ts'
export {
  demandOf,
  levelsOf,
  requiredBalance,
  runwayOf,
  REQUIRED_FLOOR,
  type Claim,
  type Demand,
  type Levels,
} from './auto-funding/auto-funding.levels.ts'
export {
  budgetLeft,
  limitsAt,
  type CountedPayment,
  type SpendingLimits,
  type SpendingWindow,
} from './auto-funding/auto-funding.limits.ts'
export type {
  AutoFundingContext,
  AutoFundingEvent,
  AutoFundingInput,
  ClaimHold,
  Failure,
  HoldReason,
  TopUp,
  Approval,
  TopUpReceipt,
  TopUpRequest,
} from './auto-funding/auto-funding.types.ts'
export type {
  Block,
  LedgerPosition,
  Position,
  Refund,
  ServiceType,
  Settlements,
  SubAccountElsewhere,
  SubAccountPosition,
  Wei,
} from './position.types.ts'
export { transactionMachine } from './transaction/transaction.machine.ts'
export type {
  IntentSummary,
  NodeRefusal,
  TransactionContext,
  TransactionEvent,
  TransactionInput,
} from './transaction/transaction.types.ts'
export { ledgerMachine } from './ledger/ledger.machine.ts'
export { gradeLedger, ledgerFacts, ledgerReadingOf } from './ledger/ledger.facts.ts'
export { CLAIM_MARGIN, closingState, closingStep, type StepOptions } from './ledger/ledger.steps.ts'
export type {
  ClosingState,
  ClosingStep,
  LedgerContext,
  LedgerEvent,
  LedgerFact,
  LedgerInput,
  LedgerReading,
  Setback,
} from './ledger/ledger.types.ts'
export { autoDepositMachine } from './ledger/auto-deposit.machine.ts'
export { autoDepositEvents } from './ledger/auto-deposit.events.ts'
export { depositOn } from './ledger/auto-deposit.policy.ts'
export type {
  AutoDepositContext,
  AutoDepositEvent,
  AutoDepositInput,
  Deposit,
  DepositDecision,
  DepositInput,
  DepositLevels,
  DepositLimits,
  DepositReceipt,
  DepositRequest,
  DepositRow,
  DepositStanding,
  Payer,
} from './ledger/auto-deposit.types.ts'

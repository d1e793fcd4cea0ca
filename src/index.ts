export { createBroker } from './broker.ts'
export type { Broker, BrokerOptions } from './broker.types.ts'
export { ogToWei, weiToOg, formatOg, type Amount } from './amounts.ts'
export { networks, type NetworkConfig, type NetworkName } from './chain/networks.ts'
export type { Connection } from './chain/connect.ts'
export type { LedgerEntry, Rules } from './chain/port.ts'
export { LedgerManager, type LedgerAccount, type LedgerDetail, type ProviderBalance } from './ledger-manager.ts'
export type { ClaimReceipt } from './claiming.ts'
export type { PendingRefund } from './refund-calendar.ts'
export type { RetrieveReceipt } from './retrieving.ts'
export { ServiceManager, type AutoFundingStatus, type EnsureFundedOptions } from './service-manager.ts'
export type { AutoFundingConfig, Budget } from './auto-funding-config.ts'
export type { Duration } from './durations.ts'
export type { Forecast } from './forecast.ts'
export type { AutoFundingActor, Plan, PlanOptions } from './keeper.ts'
export type {
  CloseOptions,
  ClosingAccount,
  ClosingCancelled,
  ClosingGas,
  ClosingHold,
  ClosingPlan,
  ClosingStatus,
  LockedRefund,
} from './closing.types.ts'
export { ClosingCancelledError, ClosingStuckError, LedgerClosingError } from './closing-errors.ts'
export type { LedgerActor } from './ledger-actor.ts'
export type { SubAccountActor } from './sub-accounts.ts'
export type { Inspect } from './inspect.ts'
export type { Logger } from './logger.ts'
export type { PositionStatus, PositionStream } from './streams/positions.ts'
export type { Intent, Receipt } from './transactions/intent.ts'
export { parseInsufficientBalance, type InsufficientBalance } from './provider/insufficient-balance.ts'
export { decodeRecording, encodePosition, isRecordingLine, type Recording } from './recording.ts'
export { memoryJournal, type Journal, type JournalEntry, type JournalRecord } from './transactions/journal.ts'
export { openFileJournal, readFileClosing, readFileJournal } from './transactions/default-journal.ts'
export type { ClosingIntention } from './transactions/intention.ts'
export type { TransactionActor } from './transactions/entry.ts'
export {
  AbortedError,
  BudgetExhaustedError,
  CapabilityMissingError,
  InvalidInputError,
  JournalError,
  LockedError,
  NotFundedError,
  NothingToRetrieveError,
  NothingToWithdrawError,
  NotSentError,
  OgLedgerError,
  ReadError,
  RefundPendingError,
  StaleReadingError,
  SupersededError,
  UnresolvedIntentError,
  WouldLockError,
} from './errors.ts'
export {
  AccountNotExistsError,
  ContractError,
  InsufficientBalanceError,
  LedgerExistsError,
  LedgerNotExistsError,
  MinimumDepositRequiredError,
  MustWithdrawAllFundsFirstError,
  TooManyRefundsError,
  TransactionRevertedError,
} from './contract-errors.ts'
export type {
  Block,
  LedgerPosition,
  Position,
  Refund,
  ServiceType,
  SubAccountPosition,
} from '../machines/position.types.ts'
export type { Decision } from '../machines/auto-funding/auto-funding.policy.ts'
export type { Failure, HoldReason, TopUp } from '../machines/auto-funding/auto-funding.types.ts'
export type { ClosingState, ClosingStep } from '../machines/ledger/ledger.types.ts'

export { createBroker } from './broker.ts'
export type { Broker, BrokerOptions } from './broker.types.ts'
export { ogToWei, weiToOg, formatOg, type Amount } from './base/amounts.ts'
export { networks, type NetworkConfig, type NetworkName } from './chain/networks.ts'
export type { Connection } from './chain/connect.ts'
export type { LedgerEntry, Rules } from './chain/port.ts'
export { LedgerManager, type LedgerAccount, type LedgerDetail, type ProviderBalance } from './ledger-manager.ts'
export type { ClaimReceipt } from './refunds/claim.ts'
export type { PendingRefund } from './refunds/calendar.ts'
export type { RetrieveReceipt } from './refunds/retrieve.ts'
export { InferenceManager } from './inference-manager.ts'
export { FineTuningManager } from './fine-tuning-manager.ts'
export type { MarketOptions } from './chain/market-options.ts'
export type { FineTuningService, InferenceService, MarketPage } from './chain/market.types.ts'
export { ServiceManager, type AutoFundingStatus, type EnsureFundedOptions } from './service-manager.ts'
export { toPolicy, type AutoFundingConfig, type AutoFundingPolicy, type Budget } from './funding/config.ts'
export type { Duration } from './base/durations.ts'
export type { Forecast } from './funding/forecast.ts'
export type { AutoFundingActor } from './funding/funded-accounts.ts'
export type { Plan, PlanOptions } from './funding/plan.ts'
export type {
  CloseOptions,
  ClosingAccount,
  ClosingCancelled,
  ClosingGas,
  ClosingHold,
  ClosingPlan,
  ClosingStatus,
  LockedRefund,
} from './closing/types.ts'
export { ClosingCancelledError, ClosingStuckError, LedgerClosingError } from './closing/errors.ts'
export type { LedgerActor } from './lifecycle/ledger-actor.ts'
export type { SubAccountActor } from './lifecycle/sub-account-actors.ts'
export type { Inspect } from './base/inspection.ts'
export type { Logger } from './base/logger.ts'
export type { PositionStatus, PositionStream } from './streams/positions.ts'
export type { Intent, Receipt } from './transactions/intent.ts'
export { parseInsufficientBalance, type InsufficientBalance } from './provider/insufficient-balance.ts'
export { encodePosition } from './base/position-codec.ts'
export { decodeRecording, isRecordingLine, type Recording } from './base/recording.ts'
export { memoryJournal } from './transactions/memory-journal.ts'
export type { Journal, JournalEntry, JournalRecord } from './transactions/journal.types.ts'
export { openFileJournal, readFileClosing, readFileJournal } from './transactions/default-journal.ts'
export type { ClosingIntention } from './transactions/journal.types.ts'
export type { TransactionActor } from './transactions/tracked-transaction.ts'
export {
  AbortedError,
  BudgetExhaustedError,
  CapabilityMissingError,
  GasEstimateError,
  InDoubtError,
  InsufficientGasError,
  InvalidInputError,
  JournalError,
  LockedError,
  NotFundedError,
  NotRecordedError,
  NothingToRetrieveError,
  NothingToWithdrawError,
  NotSentError,
  OgLedgerError,
  OvertakenError,
  ReadError,
  ReadOnlyError,
  RefundPendingError,
  RefusedError,
  SigningError,
  StaleReadingError,
  SupersededError,
  UnresolvedIntentError,
  WouldLockError,
  WrongChainError,
} from './base/errors.ts'
export { FeesTooHighError, RefusedByNodeError, UnknownPendingError } from './transactions/send-errors.ts'
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
} from './base/contract-errors.ts'
export type {
  Block,
  LedgerPosition,
  Position,
  Refund,
  ServiceType,
  SubAccountElsewhere,
  SubAccountPosition,
} from '../machines/position.types.ts'
export type { Decision } from '../machines/auto-funding/plan.types.ts'
export type { Failure, HoldReason, TopUp } from '../machines/auto-funding/auto-funding.types.ts'
export type { ClosingState, ClosingStep } from '../machines/ledger/ledger.types.ts'

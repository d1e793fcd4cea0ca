/**
 * The broker of one wallet: account API, auto-funding, refunds, closing, streams and errors.
 *
 * @module og-ledger
 */

export { createBroker } from './create-broker.ts'
export type { Broker, BrokerOptions } from './broker.types.ts'
export { ogToWei, weiToOg, formatOg, type Amount } from './base/amounts.ts'
export { networkName, networks, type NetworkConfig, type NetworkName } from './chain/networks.ts'
export type { ReadingOptions } from './managers/call-options.ts'
export type { SendingOptions } from './transactions/lane.types.ts'
export type { ServiceName } from './chain/service-name.ts'
export type { Connection } from './chain/connect.ts'
export type { LedgerEntry, Rules } from './chain/port.ts'
export { LedgerManager } from './managers/ledger-manager.ts'
export type { LedgerAccount, LedgerDetail, ProviderBalance } from './managers/ledger-views.ts'
export type { ClaimReceipt } from './refunds/claim.ts'
export type { PendingRefund } from './refunds/calendar.ts'
export type { LeftOut } from './refunds/left-out.ts'
export type { RetrieveReceipt } from './refunds/retrieve.ts'
export { PartlyDoneError, type PartlyDone } from './refunds/partly-done.ts'
export { PutBackPendingError } from './refunds/put-back-pending.ts'
export { InferenceManager } from './managers/inference-manager.ts'
export type { EndpointOptions } from './managers/endpoint-options.ts'
export type { Endpoint, EndpointCounts, EndpointHold, EndpointHoldReason } from './provider/endpoint.types.ts'
export { FineTuningManager } from './managers/fine-tuning-manager.ts'
export type { MarketOptions } from './chain/market-options.ts'
export type { FineTuningService, InferenceService, MarketPage } from './chain/market.types.ts'
export { ServiceManager } from './managers/service-manager.ts'
export type { AutoFundingStatus } from './managers/funding-status.ts'
export type { WalletStanding } from './managers/standing.ts'
export type { EnsureFundedOptions, FundingReceipt } from './managers/ensure-funded.ts'
export { toPolicy, type AutoFundingPolicy } from './funding/config/auto-funding-policy.ts'
export type { AutoFundingConfig } from './funding/config/auto-funding-config.ts'
export type { Budget } from './funding/config/budget.ts'
export type { ReclaimIdle } from './funding/config/reclaim.ts'
export type { AutoDepositActor, AutoDepositStatus } from './funding/auto-deposit.ts'
export {
  toDepositPolicy,
  type AutoDepositConfig,
  type DepositPolicy,
  type PayingKey,
} from './funding/config/auto-deposit-config.ts'
export type { EnsureLedgerOptions } from './funding/ensure-ledger.ts'
export type { Duration } from './base/durations.ts'
export { health, type Health, type HealthCheck, type HealthStatus } from './health.ts'
export type { BrokerCounts } from './counts/counts.types.ts'
export type { HistogramCounts } from './base/histogram.ts'
export type { BrokerEvent } from './events/event.types.ts'
export type { Forecast } from './funding/forecast.ts'
export type { AutoFundingActor } from './funding/funded-accounts.ts'
export type { DepositTrial } from './funding/deposit-trial.ts'
export type { FundingTrial } from './funding/funding-trial.ts'
export type { DryRun, Plan, PlanOptions } from './funding/plan.ts'
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
export { ClosingCancelledError, ClosingStuckError } from './closing/errors.ts'
export { LedgerClosingError } from './closing/gate.ts'
export type { LedgerActor } from './lifecycle/ledger-actor.ts'
export type { SubAccountActor } from './lifecycle/sub-account-actors.ts'
export type { Inspect } from './base/inspection.ts'
export type { Logger } from './base/logger.ts'
export type { Span, SpanAttributes, Tracer } from './base/tracer.ts'
export type { PositionStatus, PositionStream } from './streams/positions.ts'
export type { Intent, Receipt } from './transactions/intent.ts'
export { parseInsufficientBalance, type InsufficientBalance } from './provider/insufficient-balance.ts'
export { decode, encode } from './base/encoding.ts'
export { encodePosition } from './base/position-codec.ts'
export { decodeRecording, isRecordingLine, type Recording } from './base/recording.ts'
export { indexedDbJournal, type IndexedDbJournalOptions } from './transactions/indexed-db-journal.ts'
export { memoryJournal } from './transactions/memory-journal.ts'
export { compactRecords } from './transactions/journal-compaction.ts'
export { recordFromJson, recordToJson } from './transactions/record-json.ts'
export type { Journal, JournalEntry, JournalRecord } from './transactions/journal.types.ts'
export { paymentsIn, type RecordedPayment } from './transactions/recorded-payments.ts'
export type {
  BudgetedLeases,
  ClaimRequest,
  CommonBudget,
  Lease,
  LeasedJournal,
  Leases,
} from './transactions/lease.types.ts'
export { openFileJournal, readFileClosing, readFileJournal, stateDirectory } from './transactions/default-journal.ts'
export type { ClosingIntention } from './transactions/journal.types.ts'
export type { LostRecord } from './transactions/lost-record.ts'
export type { RestoredRecord } from './transactions/journal-damage.ts'
export type { JournalLoss, NonceOutcome } from './transactions/journal-loss.ts'
export type { JournalRepair } from './transactions/journal-repair.ts'
export type { TransactionActor } from './transactions/tracked-transaction.ts'
export {
  AbortedError,
  CapabilityMissingError,
  ChunkLoadError,
  InvalidInputError,
  JournalError,
  ReadError,
  StaleReadingError,
} from './base/errors.ts'
export { NotLoadedError } from './base/not-loaded-error.ts'
export {
  BudgetExhaustedError,
  LockedError,
  NotFundedError,
  NothingToRetrieveError,
  NothingToWithdrawError,
  RefundPendingError,
  SupersededError,
  UnresolvedIntentError,
  WouldLockError,
} from './base/sending-errors.ts'
export {
  GasEstimateError,
  InDoubtError,
  InsufficientGasError,
  LeaseLostError,
  NotRecordedError,
  OvertakenError,
  RefusedError,
  ServiceNotOfferedError,
  UserRejectedError,
  WrongChainError,
} from './base/not-sent-errors.ts'
export { NotSentError, ReadOnlyError, SigningError } from './base/errors.ts'
export { OgLedgerError } from './base/og-ledger-error.ts'
export type { ErrorRecord } from './base/og-ledger-error.ts'
export { errorCodes, type ErrorCode } from './base/error-codes.ts'
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
export type { Deposit, DepositDecision } from '../machines/ledger/auto-deposit.types.ts'
export type { NodeRefusal } from '../machines/transaction/transaction.types.ts'
export type { ClosingState, ClosingStep } from '../machines/ledger/ledger.types.ts'

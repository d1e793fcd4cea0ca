/**
 * The code of each class of error, by its name. A code stays what it is, whatever becomes of class names and sentences, also in a
 * minified bundle. A refusal has the number that wallets give it (EIP-1193).
 */
export const errorCodes = {
  AbortedError: 'OG_LEDGER_ABORTED',
  AccountNotExistsError: 'OG_LEDGER_ACCOUNT_NOT_EXISTS',
  BudgetExhaustedError: 'OG_LEDGER_BUDGET_EXHAUSTED',
  CapabilityMissingError: 'OG_LEDGER_CAPABILITY_MISSING',
  ChunkLoadError: 'OG_LEDGER_CHUNK_LOAD',
  ClosingCancelledError: 'OG_LEDGER_CLOSING_CANCELLED',
  ClosingStuckError: 'OG_LEDGER_CLOSING_STUCK',
  ContractError: 'OG_LEDGER_CONTRACT',
  DeliveryError: 'OG_LEDGER_DELIVERY',
  FeesTooHighError: 'OG_LEDGER_FEES_TOO_HIGH',
  GasEstimateError: 'OG_LEDGER_GAS_ESTIMATE',
  InDoubtError: 'OG_LEDGER_IN_DOUBT',
  InsufficientBalanceError: 'OG_LEDGER_INSUFFICIENT_BALANCE',
  InsufficientGasError: 'OG_LEDGER_INSUFFICIENT_GAS',
  InvalidInputError: 'OG_LEDGER_INVALID_INPUT',
  JournalError: 'OG_LEDGER_JOURNAL',
  LeaseLostError: 'OG_LEDGER_LEASE_LOST',
  LedgerClosingError: 'OG_LEDGER_LEDGER_CLOSING',
  LedgerExistsError: 'OG_LEDGER_LEDGER_EXISTS',
  LedgerNotExistsError: 'OG_LEDGER_LEDGER_NOT_EXISTS',
  LockedError: 'OG_LEDGER_LOCKED',
  MinimumDepositRequiredError: 'OG_LEDGER_MINIMUM_DEPOSIT_REQUIRED',
  MustWithdrawAllFundsFirstError: 'OG_LEDGER_MUST_WITHDRAW_ALL_FUNDS_FIRST',
  NotFundedError: 'OG_LEDGER_NOT_FUNDED',
  NotLoadedError: 'OG_LEDGER_NOT_LOADED',
  NotRecordedError: 'OG_LEDGER_NOT_RECORDED',
  NotSentError: 'OG_LEDGER_NOT_SENT',
  NothingToRetrieveError: 'OG_LEDGER_NOTHING_TO_RETRIEVE',
  NothingToWithdrawError: 'OG_LEDGER_NOTHING_TO_WITHDRAW',
  OgLedgerError: 'OG_LEDGER_ERROR',
  OvertakenError: 'OG_LEDGER_OVERTAKEN',
  PartlyDoneError: 'OG_LEDGER_PARTLY_DONE',
  ProviderUrlError: 'OG_LEDGER_PROVIDER_URL',
  PutBackPendingError: 'OG_LEDGER_PUT_BACK_PENDING',
  ReadError: 'OG_LEDGER_READ',
  ReadOnlyError: 'OG_LEDGER_READ_ONLY',
  RefundPendingError: 'OG_LEDGER_REFUND_PENDING',
  RefusedByNodeError: 'OG_LEDGER_REFUSED_BY_NODE',
  RefusedError: 4001,
  ServiceNotOfferedError: 'OG_LEDGER_SERVICE_NOT_OFFERED',
  SessionTokenError: 'OG_LEDGER_SESSION_TOKEN',
  SigningError: 'OG_LEDGER_SIGNING',
  StaleReadingError: 'OG_LEDGER_STALE_READING',
  SupersededError: 'OG_LEDGER_SUPERSEDED',
  TooManyRefundsError: 'OG_LEDGER_TOO_MANY_REFUNDS',
  TransactionRevertedError: 'OG_LEDGER_TRANSACTION_REVERTED',
  UnknownPendingError: 'OG_LEDGER_UNKNOWN_PENDING',
  UnresolvedIntentError: 'OG_LEDGER_UNRESOLVED_INTENT',
  UnsettledFeeError: 'OG_LEDGER_UNSETTLED_FEE',
  WouldLockError: 'OG_LEDGER_WOULD_LOCK',
  WrongChainError: 'OG_LEDGER_WRONG_CHAIN',
} as const

/** What `code` of an error may be. */
export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes]

/** The code of a class; of one that is not listed, such as an app's own, that of `OgLedgerError`. */
export function codeOf(name: string): ErrorCode {
  return isListed(name) ? errorCodes[name] : errorCodes.OgLedgerError
}

function isListed(name: string): name is keyof typeof errorCodes {
  return Object.hasOwn(errorCodes, name)
}

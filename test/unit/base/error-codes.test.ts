import { expect, test } from 'vitest'
import * as main from '../../../src/index.ts'
import { anchorsOf, pageAt } from '../../support/markdown.ts'

const { errorCodes, LockedError, OgLedgerError, ReadError, RefusedError, UserRejectedError } = main

test('each code stays what it is', () => {
  expect(errorCodes).toMatchInlineSnapshot(`
    {
      "AbortedError": "OG_LEDGER_ABORTED",
      "AccountNotExistsError": "OG_LEDGER_ACCOUNT_NOT_EXISTS",
      "BudgetExhaustedError": "OG_LEDGER_BUDGET_EXHAUSTED",
      "CapabilityMissingError": "OG_LEDGER_CAPABILITY_MISSING",
      "ChunkLoadError": "OG_LEDGER_CHUNK_LOAD",
      "ClosingCancelledError": "OG_LEDGER_CLOSING_CANCELLED",
      "ClosingStuckError": "OG_LEDGER_CLOSING_STUCK",
      "ContractError": "OG_LEDGER_CONTRACT",
      "DeliveryError": "OG_LEDGER_DELIVERY",
      "FeesTooHighError": "OG_LEDGER_FEES_TOO_HIGH",
      "GasEstimateError": "OG_LEDGER_GAS_ESTIMATE",
      "InDoubtError": "OG_LEDGER_IN_DOUBT",
      "InsufficientBalanceError": "OG_LEDGER_INSUFFICIENT_BALANCE",
      "InsufficientGasError": "OG_LEDGER_INSUFFICIENT_GAS",
      "InvalidInputError": "OG_LEDGER_INVALID_INPUT",
      "JournalError": "OG_LEDGER_JOURNAL",
      "LeaseLostError": "OG_LEDGER_LEASE_LOST",
      "LedgerClosingError": "OG_LEDGER_LEDGER_CLOSING",
      "LedgerExistsError": "OG_LEDGER_LEDGER_EXISTS",
      "LedgerNotExistsError": "OG_LEDGER_LEDGER_NOT_EXISTS",
      "LockedError": "OG_LEDGER_LOCKED",
      "MinimumDepositRequiredError": "OG_LEDGER_MINIMUM_DEPOSIT_REQUIRED",
      "MustWithdrawAllFundsFirstError": "OG_LEDGER_MUST_WITHDRAW_ALL_FUNDS_FIRST",
      "NotFundedError": "OG_LEDGER_NOT_FUNDED",
      "NotLoadedError": "OG_LEDGER_NOT_LOADED",
      "NotRecordedError": "OG_LEDGER_NOT_RECORDED",
      "NotSentError": "OG_LEDGER_NOT_SENT",
      "NothingToRetrieveError": "OG_LEDGER_NOTHING_TO_RETRIEVE",
      "NothingToWithdrawError": "OG_LEDGER_NOTHING_TO_WITHDRAW",
      "OgLedgerError": "OG_LEDGER_ERROR",
      "OvertakenError": "OG_LEDGER_OVERTAKEN",
      "PartlyDoneError": "OG_LEDGER_PARTLY_DONE",
      "ProviderUrlError": "OG_LEDGER_PROVIDER_URL",
      "PutBackPendingError": "OG_LEDGER_PUT_BACK_PENDING",
      "ReadError": "OG_LEDGER_READ",
      "ReadOnlyError": "OG_LEDGER_READ_ONLY",
      "RefundPendingError": "OG_LEDGER_REFUND_PENDING",
      "RefusedByNodeError": "OG_LEDGER_REFUSED_BY_NODE",
      "RefusedError": 4001,
      "ServiceNotOfferedError": "OG_LEDGER_SERVICE_NOT_OFFERED",
      "SessionTokenError": "OG_LEDGER_SESSION_TOKEN",
      "SigningError": "OG_LEDGER_SIGNING",
      "StaleReadingError": "OG_LEDGER_STALE_READING",
      "SupersededError": "OG_LEDGER_SUPERSEDED",
      "TooManyRefundsError": "OG_LEDGER_TOO_MANY_REFUNDS",
      "TransactionRevertedError": "OG_LEDGER_TRANSACTION_REVERTED",
      "UnknownPendingError": "OG_LEDGER_UNKNOWN_PENDING",
      "UnresolvedIntentError": "OG_LEDGER_UNRESOLVED_INTENT",
      "UnsettledFeeError": "OG_LEDGER_UNSETTLED_FEE",
      "WouldLockError": "OG_LEDGER_WOULD_LOCK",
      "WrongChainError": "OG_LEDGER_WRONG_CHAIN",
    }
  `)
})

test('no two classes have one code', () => {
  const codes = Object.values(errorCodes)
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})

test('each exported class of errors has a code of its own, and a section that its link leads to', () => {
  const anchors = anchorsOf(pageAt('docs/errors.md'))
  const classes = Object.values(main).filter(isErrorClass)
  expect(classes.length).toBeGreaterThan(40)
  for (const { name } of classes) {
    expect(Object.keys(errorCodes)).toContain(name)
    expect(anchors, name).toContain(name.toLowerCase())
  }
  expect(new LockedError('Held.')).toMatchObject({ code: 'OG_LEDGER_LOCKED', docs: 'docs/errors.md#lockederror' })
})

test('the class of an app has the code of OgLedgerError', () => {
  class OwnError extends OgLedgerError {
    override readonly name = 'OwnError'
  }
  expect(new OwnError('Own.').code).toBe('OG_LEDGER_ERROR')
})

test('a refusal at the wallet has the code that wallets give it, by both of its names', () => {
  expect(UserRejectedError).toBe(RefusedError)
  expect(new UserRejectedError('Refused.').code).toBe(4001)
})

test('walk finds the first cause that matches, and the root without a question', () => {
  const root = new TypeError('fetch failed')
  const read = new ReadError('The node did not answer.', { reason: 'no answer' }, { cause: root })
  const error = new OgLedgerError('It failed.', {}, { cause: read })
  const isRead = (one: unknown): one is main.ReadError => one instanceof ReadError
  expect([error.walk(), error.walk(isRead), error.walk((one) => one === error)]).toEqual([root, read, error])
  expect(error.walk((one) => one instanceof RangeError)).toBeNull()
  expect(new OgLedgerError('Alone.').walk()).toBeInstanceOf(OgLedgerError)
})

test('causes that lead in a circle end', () => {
  const error = new OgLedgerError('It failed.')
  error.cause = error
  expect(error.walk()).toBe(error)
  expect(error.toJSON()).not.toHaveProperty('cause')
})

test('as JSON it has its sentence, facts, code, link and causes, each on one line', () => {
  const cause = new Error('socket hang up\n    at read')
  const error = new ReadError('The node did not answer.', { reason: 'no answer' }, { cause })
  expect(error.shortMessage).toBe('The node did not answer.')
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'ReadError',
    code: 'OG_LEDGER_READ',
    message: 'The node did not answer.',
    facts: { reason: 'no answer' },
    retryable: true,
    docs: 'docs/errors.md#readerror',
    cause: { name: 'Error', message: 'socket hang up' },
  })
})

function isErrorClass(value: unknown): value is typeof OgLedgerError {
  return typeof value === 'function' && (value === OgLedgerError || value.prototype instanceof OgLedgerError)
}

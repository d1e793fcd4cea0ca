import { expect, test } from 'vitest'
import * as main from '../../src/index.ts'
import * as machines from '../../machines/index.ts'
import * as testing from '../../src/testing/index.ts'
import * as visualizer from '../../src/visualizer/index.ts'

test('og-ledger exports these names', () => {
  expect(Object.keys(main).toSorted()).toMatchInlineSnapshot(`
    [
      "AbortedError",
      "AccountNotExistsError",
      "BudgetExhaustedError",
      "CapabilityMissingError",
      "ClosingCancelledError",
      "ClosingStuckError",
      "ContractError",
      "FeesTooHighError",
      "FineTuningManager",
      "GasEstimateError",
      "InDoubtError",
      "InferenceManager",
      "InsufficientBalanceError",
      "InsufficientGasError",
      "InvalidInputError",
      "JournalError",
      "LedgerClosingError",
      "LedgerExistsError",
      "LedgerManager",
      "LedgerNotExistsError",
      "LockedError",
      "MinimumDepositRequiredError",
      "MustWithdrawAllFundsFirstError",
      "NotFundedError",
      "NotRecordedError",
      "NotSentError",
      "NothingToRetrieveError",
      "NothingToWithdrawError",
      "OgLedgerError",
      "OvertakenError",
      "ReadError",
      "ReadOnlyError",
      "RefundPendingError",
      "RefusedByNodeError",
      "RefusedError",
      "ServiceManager",
      "SigningError",
      "StaleReadingError",
      "SupersededError",
      "TooManyRefundsError",
      "TransactionRevertedError",
      "UnknownPendingError",
      "UnresolvedIntentError",
      "WouldLockError",
      "createBroker",
      "decodeRecording",
      "encodePosition",
      "formatOg",
      "isRecordingLine",
      "memoryJournal",
      "networks",
      "ogToWei",
      "openFileJournal",
      "parseInsufficientBalance",
      "readFileClosing",
      "readFileJournal",
      "toPolicy",
      "weiToOg",
    ]
  `)
})

test('og-ledger/machines exports these names', () => {
  expect(Object.keys(machines).toSorted()).toMatchInlineSnapshot(`
    [
      "BURN_WINDOW",
      "CLAIM_MARGIN",
      "REQUIRED_FLOOR",
      "autoFundingEvents",
      "autoFundingMachine",
      "budgetLeft",
      "burnOf",
      "closingState",
      "closingStep",
      "demandOf",
      "facts",
      "gradeLedger",
      "gradeReading",
      "ledgerFacts",
      "ledgerMachine",
      "ledgerReadingOf",
      "levelsOf",
      "limitsAt",
      "nextUnlock",
      "plan",
      "planWithShortfall",
      "readingOf",
      "requiredBalance",
      "retryAt",
      "runwayOf",
      "shortfallOf",
      "subAccountIn",
      "subAccountMachine",
      "subAccountView",
      "transactionMachine",
    ]
  `)
})

test('og-ledger/testing exports these names', () => {
  expect(Object.keys(testing).toSorted()).toMatchInlineSnapshot(`
    [
      "createSimulatedBroker",
      "createSimulatedChain",
      "edgePaths",
      "matchers",
      "missingEdges",
      "walk",
    ]
  `)
})

test('og-ledger/visualizer exports these names', () => {
  expect(Object.keys(visualizer).toSorted()).toMatchInlineSnapshot(`
    [
      "createVisualizer",
      "recordEntries",
    ]
  `)
})

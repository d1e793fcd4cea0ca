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
      "GasEstimateError",
      "InDoubtError",
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
      "RefusedError",
      "ServiceManager",
      "SigningError",
      "StaleReadingError",
      "SupersededError",
      "TooManyRefundsError",
      "TransactionRevertedError",
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
      "nextUnlock",
      "plan",
      "planWithShortfall",
      "readingOf",
      "requiredBalance",
      "retryAt",
      "runwayOf",
      "shortfallOf",
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

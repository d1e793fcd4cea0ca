import { expect, test } from 'vitest'
import * as main from '../../src/index.ts'
import * as alerts from '../../src/alerts/index.ts'
import * as postgres from '../../src/postgres/index.ts'
import * as fleet from '../../src/fleet/index.ts'
import * as metrics from '../../src/metrics/index.ts'
import * as machines from '../../machines/index.ts'
import * as testing from '../../src/testing/index.ts'
import * as react from '../../src/react/index.ts'
import * as viem from '../../src/viem/index.ts'
import * as visualizer from '../../src/visualizer/index.ts'

test('og-ledger exports these names', () => {
  expect(Object.keys(main).toSorted()).toMatchInlineSnapshot(`
    [
      "AbortedError",
      "AccountNotExistsError",
      "BudgetExhaustedError",
      "CapabilityMissingError",
      "ChunkLoadError",
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
      "LeaseLostError",
      "LedgerClosingError",
      "LedgerExistsError",
      "LedgerManager",
      "LedgerNotExistsError",
      "LockedError",
      "MinimumDepositRequiredError",
      "MustWithdrawAllFundsFirstError",
      "NotFundedError",
      "NotLoadedError",
      "NotRecordedError",
      "NotSentError",
      "NothingToRetrieveError",
      "NothingToWithdrawError",
      "OgLedgerError",
      "OvertakenError",
      "PartlyDoneError",
      "PutBackPendingError",
      "ReadError",
      "ReadOnlyError",
      "RefundPendingError",
      "RefusedByNodeError",
      "RefusedError",
      "ServiceManager",
      "ServiceNotOfferedError",
      "SigningError",
      "StaleReadingError",
      "SupersededError",
      "TooManyRefundsError",
      "TransactionRevertedError",
      "UnknownPendingError",
      "UnresolvedIntentError",
      "UserRejectedError",
      "WouldLockError",
      "WrongChainError",
      "compactRecords",
      "createBroker",
      "decode",
      "decodeRecording",
      "encode",
      "encodePosition",
      "errorCodes",
      "formatOg",
      "health",
      "indexedDbJournal",
      "isRecordingLine",
      "memoryJournal",
      "networkName",
      "networks",
      "ogToWei",
      "openFileJournal",
      "parseInsufficientBalance",
      "paymentsIn",
      "readFileClosing",
      "readFileJournal",
      "recordFromJson",
      "recordToJson",
      "stateDirectory",
      "toDepositPolicy",
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
      "FEE_CEILING",
      "FIRST_DAY",
      "REQUIRED_FLOOR",
      "autoDepositEvents",
      "autoDepositMachine",
      "autoFundingEvents",
      "autoFundingMachine",
      "budgetLeft",
      "burnOf",
      "closingState",
      "closingStep",
      "demandOf",
      "depositOn",
      "facts",
      "feeByPrices",
      "firstDayLeft",
      "firstDayLimit",
      "firstDayOf",
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

test('og-ledger/alerts exports these names', () => {
  expect(Object.keys(alerts).toSorted()).toMatchInlineSnapshot(`
    [
      "DeliveryError",
      "createAlerts",
      "fileAlertState",
      "pagerDuty",
      "sendTestAlert",
      "slack",
      "webhook",
    ]
  `)
})

test('og-ledger/fleet exports these names', () => {
  expect(Object.keys(fleet)).toEqual(['createFleet'])
})

test('og-ledger/metrics exports these names', () => {
  expect(Object.keys(metrics).toSorted()).toMatchInlineSnapshot(`
    [
      "createMetrics",
    ]
  `)
})

test('og-ledger/postgres exports these names', () => {
  expect(Object.keys(postgres).toSorted()).toMatchInlineSnapshot(`
    [
      "migrate",
      "postgresJournal",
      "postgresLeases",
    ]
  `)
})

test('og-ledger/react exports these names', () => {
  expect(Object.keys(react).toSorted()).toMatchInlineSnapshot(`
    [
      "LedgerProvider",
      "useBroker",
      "useLedger",
      "useLedgerAction",
      "usePlan",
      "usePosition",
      "useSubAccount",
      "useTransactions",
    ]
  `)
})

test('og-ledger/viem exports these names', () => {
  expect(Object.keys(viem).toSorted()).toMatchInlineSnapshot(`
    [
      "providerOf",
      "signerOf",
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

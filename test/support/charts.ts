import type { AnyStateMachine } from 'xstate'
import {
  autoDepositMachine,
  autoFundingMachine,
  ledgerMachine,
  subAccountMachine,
  transactionMachine,
  type Fact,
  type LedgerFact,
  type LedgerReading,
  type Reading,
} from '../../machines/index.ts'
import { edgePaths } from '../../src/testing/edge-paths.ts'
import type { EdgePath } from '../../src/testing/edge-paths.types.ts'

/** A chart, the input of its actor, and a path for each of its edges. */
export type Chart = { name: string; machine: AnyStateMachine; input: unknown; paths: readonly EdgePath[] }

const subAccount = { provider: '0xa', serviceType: 'inference' } as const

/** In the order in which shortest paths prefer them. */
const FACTS: readonly Fact[] = [
  'balance.low',
  'balance.ample',
  'account.empty',
  'account.gone',
  'refund.locked',
  'refund.claimable',
]

/** The fact that an event on a path of the sub-account chart stands for. */
export function factOf({ type }: { type: string }): Fact {
  const fact = FACTS.find((one) => one === type)
  if (!fact) throw new Error(`${type} is no fact.`)
  return fact
}

const reading: Reading = {
  exists: true,
  balance: '1',
  pendingRefund: '0',
  claimable: '0',
  unlocksAt: null,
  required: '2',
  block: 1,
}

export const subAccountChart: Chart = {
  name: 'sub-account',
  machine: subAccountMachine,
  input: subAccount,
  paths: edgePaths(subAccountMachine, { input: subAccount, events: FACTS.map((type) => ({ type, reading })) }),
}

const autoFundingChart: Chart = {
  name: 'auto-funding',
  machine: autoFundingMachine,
  input: subAccount,
  paths: edgePaths(autoFundingMachine, {
    input: subAccount,
    events: [
      { type: 'plan.sufficient' },
      { type: 'plan.hold', reason: 'ledger-short' },
      { type: 'plan.topUp', amount: '1', at: 1 },
      { type: 'plan.propose', amount: '1', at: 1 },
      { type: 'reading.caughtUp' },
    ],
    outputs: {
      approve: [true, false].map((approved) => ({ approved, at: 2 })),
      topUp: [{ transactionHash: '0x1', blockNumber: 1 }],
    },
  }),
}

const intent = {
  id: '0-1',
  nonce: 0,
  hash: '0x1',
  operation: 'transferFund',
  subAccount,
  amount: '1',
  fromLedger: '1',
} as const

const mined = { hash: '0x1', blockNumber: 1, gasUsed: '1' } as const

const transactionChart: Chart = {
  name: 'transaction',
  machine: transactionMachine,
  input: intent,
  paths: edgePaths(transactionMachine, {
    input: intent,
    events: [
      { type: 'sent', hash: '0x1' },
      { type: 'replaced', hash: '0x2' },
      { type: 'receipt.succeeded', ...mined },
      { type: 'receipt.reverted', ...mined, reason: 'LedgerLocked' },
      { type: 'receipt.gone' },
      { type: 'nonce.taken', reason: 'nonce 0 was spent by 0x3' },
      { type: 'node.refused', reason: 'insufficient funds for gas * price + value' },
    ],
  }),
}

const LEDGER_FACTS: readonly LedgerFact[] = [
  'ledger.open',
  'tokens.revocable',
  'funds.retrievable',
  'refunds.locked',
  'funds.home',
  'ledger.empty',
  'ledger.gone',
]

const ledger: LedgerReading = { exists: true, available: '1', total: '1', locked: '0', step: null, block: 1 }

const ledgerChart: Chart = {
  name: 'ledger',
  machine: ledgerMachine,
  input: { wallet: '0xb' },
  paths: edgePaths(ledgerMachine, {
    input: { wallet: '0xb' },
    events: LEDGER_FACTS.map((type) => ({ type, reading: ledger })),
  }),
}

const autoDepositChart: Chart = {
  name: 'auto-deposit',
  machine: autoDepositMachine,
  input: { wallet: '0xb' },
  paths: edgePaths(autoDepositMachine, {
    input: { wallet: '0xb' },
    events: [
      { type: 'plan.sufficient' },
      { type: 'plan.hold', reason: 'wallet-short' },
      { type: 'plan.deposit', amount: '1', at: 1 },
      { type: 'plan.propose', amount: '1', at: 1 },
      { type: 'reading.caughtUp' },
    ],
    outputs: {
      approve: [true, false].map((approved) => ({ approved, at: 2 })),
      deposit: [{ transactionHash: '0x1', blockNumber: 1 }],
    },
  }),
}

export const charts: readonly Chart[] = [
  subAccountChart,
  autoFundingChart,
  transactionChart,
  ledgerChart,
  autoDepositChart,
]

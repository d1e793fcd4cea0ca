import type { Family } from './family.ts'

const gauge = (name: string, help: string, merge: Family['merge'] = 'sum'): Family => ({
  name: `og_ledger_${name}`,
  type: 'gauge',
  help,
  merge,
})
const counter = (name: string, help: string): Family => ({
  name: `og_ledger_${name}`,
  type: 'counter',
  help,
  merge: 'sum',
})
const histogram = (name: string, help: string): Family => ({
  name: `og_ledger_${name}`,
  type: 'histogram',
  help,
  merge: 'sum',
})

/** Every metric, in the order in which it is written. */
export const families = {
  info: gauge('info', 'The version of og-ledger and the chain that it reads.', 'most'),
  up: gauge('up', '1 while a reading has succeeded within three intervals.', 'least'),
  positionBlock: gauge('position_block', 'Block of the newest position.', 'least'),
  positionTimestamp: gauge(
    'position_timestamp_seconds',
    'Block time of the newest position, in seconds since 1970.',
    'least',
  ),
  available: gauge('available_og', 'What the ledger has available, in OG; absent without a ledger.'),
  locked: gauge('locked_og', 'What lies in sub-accounts, in OG; absent without a ledger.'),
  walletBalance: gauge('wallet_balance_og', 'What the wallet has for gas, in OG.'),
  runway: gauge('runway_seconds', 'How long ledger and gas last at the present burn.', 'least'),
  balance: gauge('sub_account_balance_og', 'Balance of a sub-account, in OG.'),
  subAvailable: gauge('sub_account_available_og', 'What the provider may charge, in OG.'),
  required: gauge('sub_account_required_og', 'Below this the sub-account is low, in OG.'),
  pendingRefund: gauge('sub_account_pending_refund_og', 'What is pending as a refund, in OG.'),
  unsettledFee: gauge('sub_account_unsettled_fee_og', 'What the provider says it is owed, in OG.'),
  subRunway: gauge('sub_account_runway_seconds', 'How long the sub-account lasts at its present burn.', 'least'),
  state: gauge('sub_account_state', '1 for the state of the life of a sub-account.'),
  decision: gauge('decision', '1 for the present decision about a sub-account, or about deposits (service="ledger").'),
  refundUnlock: gauge(
    'refund_unlock_timestamp_seconds',
    'When the next refund can be claimed, in seconds since 1970.',
    'least',
  ),
  budgetRemaining: gauge('budget_remaining_og', 'What a budget leaves, in OG; absent without one.', 'least'),
  inFlight: gauge('transactions_in_flight', 'Transactions without an outcome.'),
  oldest: gauge('transaction_oldest_seconds', 'Age of the oldest transaction without an outcome.', 'most'),
  unresolved: gauge('unresolved_intents', 'Transactions of which the wallet did not say whether it sent them.'),
  closing: gauge('closing', '1 for the step that closing the ledger has come to.'),
  fleetWallets: gauge(
    'fleet_wallets',
    'Wallets of a fleet that this process owns, that are free, or that another process has.',
  ),
  fleetFailed: gauge('fleet_failed_wallets', 'Wallets of a fleet that could not be opened, by what kept them.'),
  fleetNextTry: gauge(
    'fleet_next_try_timestamp_seconds',
    'When a wallet that could not be opened is tried again, in seconds since 1970.',
    'least',
  ),
  leaseRemaining: gauge(
    'lease_remaining_seconds',
    'For how long the lease of a wallet holds at least if no heartbeat succeeds any more.',
    'least',
  ),
  leasesLost: counter('lease_lost', 'Leases of wallets that this process has lost.'),
  readings: counter('readings', 'Readings of the position.'),
  decisions: counter('decisions', 'Changes of a decision about a sub-account.'),
  topUps: counter('top_ups', 'Payments to sub-accounts that have ended.'),
  toppedUp: counter('topped_up_og', 'What payments to sub-accounts have moved, in OG.'),
  charged: counter('charged_og', 'What providers have charged, as far as readings show it, in OG.'),
  transactions: counter('transactions', 'Transactions that have ended.'),
  replacements: counter('replacements', 'Transactions that were sent again with a higher fee.'),
  refusals: counter('refusals', 'Transactions that a node did not take, once for each of its reasons.'),
  reorganised: counter('reorganised', 'Receipts that a reorganisation took back.'),
  gasSpent: counter('gas_spent_og', 'What gas has cost, in OG.'),
  rpcRequests: counter('rpc_requests', 'Requests to the node.'),
  providerRequests: counter('provider_requests', 'Requests to providers.'),
  rejectedRequests: counter('rejected_requests', 'Requests that a provider rejected for lack of funds.'),
  retriedRequests: counter('retried_requests', 'Rejected requests that were sent once more, and answered.'),
  alerts: counter('alerts', 'How often an alert began to fire.'),
  alertsFiring: gauge('alerts_firing', 'Alerts that fire now.'),
  readingDuration: histogram('reading_duration_seconds', 'How long a reading takes.'),
  confirmation: histogram('confirmation_seconds', 'From the broadcast of a transaction to its receipt.'),
  reaction: histogram('reaction_seconds', 'From the reading that makes a top-up due to its receipt.'),
  journalAppend: histogram('journal_append_seconds', 'How long a record takes to be on disk.'),
} satisfies Record<string, Family>

export type FamilyName = keyof typeof families

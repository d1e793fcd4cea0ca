import type { Decision, HoldReason } from '../../index.ts'
import { og } from '../words.ts'

type Advice = (decision: Decision & { action: 'hold' }) => string

/** What to do about a low sub-account that is held, for each reason. */
export const adviceFor = {
  sufficient: () => 'Nothing: enough is available by the terms of auto-funding.',
  off: (one) =>
    `Turn auto-funding on, or type: og-ledger ensure ${one.provider} ${amount(one.target)} --service ${one.serviceType}`,
  paused: () => 'Resume auto-funding for this sub-account.',
  'stale-reading': () => 'Check the node: nothing is paid on an old position.',
  'in-flight': () => 'See what is on its way: og-ledger transactions',
  'nonce-spent': () =>
    'Find out which program sends with the same key. If it lasts longer than twelve blocks, say what became of it: og-ledger transactions',
  'unresolved-intent': () => 'Say whether the wallet sent it: og-ledger transactions',
  'put-back-pending': (one) =>
    `See why it cannot be sent: og-ledger claim --provider ${one.provider} --service ${one.serviceType}. To give it up: og-ledger retrieve ${one.serviceType} --provider ${one.provider} --force`,
  'journal-unavailable': () => 'Check the database of the journal: nothing is sent that it does not hold.',
  'unknown-pending': () =>
    'Find out which program sends with the same key, and see: og-ledger transactions. It ends once the chain shows the outcome.',
  'foreign-transaction': () =>
    'Find out which program sends with the same key: only one should. It ends once three blocks went by without another transaction.',
  settling: () => 'Check that the node keeps up: it has not shown the block of the last top-up yet.',
  idle: () => 'Nothing: it is topped up again once it is used.',
  'use-unread': () => 'Check that the node answers eth_getLogs.',
  'refund-pending': (one) =>
    `Wait for the refund and claim it, or allow top-ups to reuse it (onPendingRefund: 'reuse'): og-ledger refunds; og-ledger claim --provider ${one.provider} --service ${one.serviceType}`,
  'provider-unregistered': (one) =>
    `Choose another provider, and take the money back: og-ledger retrieve ${one.serviceType} --provider ${one.provider}`,
  'provider-unaccepted': (one) =>
    `Choose another provider, and take the money back: og-ledger retrieve ${one.serviceType} --provider ${one.provider}`,
  'provider-unread': () => 'Check the node: the service of the provider could not be read.',
  anomaly: () =>
    'Check what this provider charged. If it is right, approve the top-up or set the option that the hold names.',
  'first-day': () => 'If you trust this provider, set firstDay (--first-day) higher, or off.',
  'ledger-missing': (one) => `Open the ledger: og-ledger deposit ${amount(one.missing ?? one.deficit)}`,
  'ledger-short': (one) => `Deposit into the ledger: og-ledger deposit ${amount(one.missing ?? one.deficit)}`,
  'deposit-pending': () => 'See the deposit that it waits for: og-ledger transactions',
  'ledger-closing': () => 'Nothing, unless the closing is to be cancelled: og-ledger close --cancel',
  withdrawal: () => 'Nothing: it goes on after the withdrawal.',
  'ledger-full': () => 'Raise the most that the ledger may hold (maxLedger).',
  'wallet-short': () => 'Send OG to the wallet that deposits.',
  'payer-unread': () => 'Check the node: the wallet that deposits could not be read.',
  reserve: () => 'Deposit into the ledger, or lower ledgerReserve.',
  'budget-exhausted': () => 'Raise the budget, or wait: older payments leave its window.',
  'over-max': () => 'Raise maxTopUp: the contract takes no less for a new sub-account.',
  'too-small': (one) => `Deposit into the ledger: og-ledger deposit ${amount(one.missing ?? one.deficit)}`,
  'gas-unread': () => 'Check the node: the gas price could not be read.',
  'fees-high': () => 'Wait until fees fall, or raise maxFeePerGas.',
  'gas-short': () => 'Send OG to the wallet: its gas is paid from its own balance.',
  'cooling-down': () => 'Lower cooldownMs, if the provider charges faster than that.',
  'backing-off': () => 'See why the last top-up failed: og-ledger status; og-ledger transactions',
  overtaken: () => 'Find out which program sends with the same key: only one should.',
  'awaiting-approval': () => 'Approve the top-up where auto-fund asks.',
} satisfies Record<HoldReason, Advice>

/** An amount as the command line takes it: rounded up to four decimals, so that it is enough. */
export function amount(wei: bigint): string {
  const unit = 10n ** 14n
  return og(((wei + unit - 1n) / unit) * unit).replace(' OG', '')
}

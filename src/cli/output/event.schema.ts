import {
  account,
  address,
  closingStep,
  count,
  flag,
  hash,
  line,
  nullable,
  object,
  seconds,
  text,
  wei,
  type Schema,
} from './parts.ts'

type Fields = Readonly<Record<string, Schema>>

const head: Fields = { version: { const: 1 }, chainId: count, wallet: address, at: seconds, block: nullable(count) }
const payment: Fields = { operation: text, amount: wei, automatic: flag }
const sent: Fields = { transaction: text, hash: nullable(hash), nonce: count }

const event = (type: string, fields: Fields): Schema => object({ ...head, type: { const: type }, ...fields })

/** What a kind of payment goes through. */
const payments = (kind: string, of: Fields): Schema[] => [
  event(`${kind}.sent`, { ...of, ...payment, ...sent }),
  event(`${kind}.delayed`, { ...of, ...payment, ...sent, reason: text, message: text }),
  event(`${kind}.replaced`, { ...of, ...payment, ...sent }),
  event(`${kind}.mined`, { ...of, ...payment, ...sent, blockNumber: count, gasUsed: wei, fee: nullable(wei) }),
  event(`${kind}.unmined`, { ...of, ...payment, ...sent }),
  event(`${kind}.failed`, {
    ...of,
    ...payment,
    outcome: { enum: ['not-sent', 'overtaken', 'reverted', 'refused', 'superseded'] },
    message: text,
    transaction: nullable(text),
    hash: nullable(hash),
    nonce: nullable(count),
    fee: nullable(wei),
  }),
]

const plans = (kind: string, of: Fields): Schema[] => [
  event(`${kind}.decided`, { ...of, amount: wei }),
  event(`${kind}.approval-wanted`, { ...of, amount: wei, expiresAt: seconds }),
  event(`${kind}.held`, {
    ...of,
    reason: text,
    before: nullable(text),
    missing: nullable(wei),
    message: nullable(text),
  }),
  event(`${kind}.released`, { ...of, before: text }),
]

/** The events of a broker; each says the version of its form. */
const events: readonly Schema[] = [
  ...plans('top-up', account),
  ...payments('top-up', account),
  ...plans('deposit', {}),
  ...payments('deposit', {}),
  ...payments('transaction', {}),
  event('ledger.low', { available: wei, shortfall: wei, dryAt: nullable(seconds) }),
  event('ledger.ample', { available: wei }),
  event('gas.low', { balance: wei, reserve: wei, dryAt: nullable(seconds) }),
  event('gas.ample', { balance: wei }),
  event('foreign-transaction.seen', { nonce: count }),
  event('refund.claimable', { ...account, amount: wei }),
  event('refund.claimed', { ...account, amount: wei }),
  event('closing.step', { state: text, step: closingStep }),
  event('closing.ended', { outcome: { enum: ['closed', 'cancelled', 'stuck'] } }),
  event('reading.stale', { since: nullable(seconds), failures: count, message: text }),
  event('reading.recovered', { since: nullable(seconds) }),
  event('lease.claimed', { holder: text, epoch: count }),
  event('lease.lost', { holder: text, epoch: count, message: text }),
]

export const eventLines = [line('event', 'Something that happened, told once.', { event: { anyOf: events } })]

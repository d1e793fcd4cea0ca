import { expect, test } from 'vitest'
import { createActor } from 'xstate'
import { transactionMachine } from '../../../machines/index.ts'
import { createHistogram } from '../../../src/base/histogram.ts'
import { createRequestCounts } from '../../../src/base/request-counts.ts'
import { createTally } from '../../../src/base/tally.ts'
import { createCounts } from '../../../src/counts/counts.ts'
import { createPaymentCounts } from '../../../src/counts/payment-counts.ts'
import type { BrokerEvent } from '../../../src/index.ts'

const head = { version: 1, chainId: 1, wallet: '0xA', at: 0, block: 1 } as const
const id = { provider: '0xB', serviceType: 'inference' } as const
const payment = {
  operation: 'transferFund',
  amount: '5',
  automatic: true,
  transaction: '1-a',
  hash: '0x',
  nonce: 1,
} as const
const mined = { blockNumber: 2, gasUsed: '21000', fee: '7' } as const

const topUp = (event: object): BrokerEvent => ({ ...head, ...id, ...payment, ...event }) as unknown as BrokerEvent

test('a receipt that a reorganisation takes back and the chain gives again counts once', () => {
  let now = 0
  const counts = createPaymentCounts(() => now)
  counts.event(topUp({ type: 'top-up.decided' }))
  now = 1_000
  counts.event(topUp({ type: 'top-up.sent' }))
  now = 4_000
  counts.event(topUp({ type: 'top-up.mined', ...mined }))
  counts.event(topUp({ type: 'top-up.unmined' }))
  counts.event(topUp({ type: 'top-up.mined', ...mined }))
  const { topUps, transactions, reorganised, confirmationSeconds, reactionSeconds } = counts.read()
  expect({ topUps, transactions, reorganised }).toEqual({
    topUps: [{ ...id, result: 'mined', count: 1, amount: 5n }],
    transactions: [{ kind: 'transferFund', result: 'mined', count: 1, fee: 7n }],
    reorganised: [{ kind: 'transferFund', count: 1 }],
  })
  expect([confirmationSeconds, reactionSeconds].map(({ count, sum }) => [count, sum])).toEqual([
    [1, 3],
    [1, 4],
  ])
})

test('a payment that got no nonce is no transaction, and its outcome counts', () => {
  const counts = createPaymentCounts(() => 0)
  counts.event(
    topUp({
      type: 'top-up.failed',
      outcome: 'not-sent',
      message: 'no',
      transaction: null,
      hash: null,
      nonce: null,
      fee: null,
    }),
  )
  const { topUps, transactions } = counts.read()
  expect([topUps, transactions]).toEqual([[{ ...id, result: 'not-sent', count: 1, amount: 5n }], []])
})

test('a transaction in flight has an age, is unresolved without a hash, and leaves a zero behind', () => {
  let now = 0
  const counts = createPaymentCounts(() => now)
  const summary = { operation: 'depositFund', subAccount: null, amount: '1', fromLedger: '0' } as const
  const actor = createActor(transactionMachine, { input: { id: '1-a', nonce: 1, hash: null, ...summary } }).start()
  counts.transaction(actor)
  now = 90_000
  expect(counts.read().inFlight).toEqual([{ kind: 'depositFund', count: 1, oldest: 90, unresolved: 1 }])
  actor.send({ type: 'nonce.taken', reason: 'not sent' })
  counts.transaction(actor)
  expect(counts.read().inFlight).toEqual([{ kind: 'depositFund', count: 0, oldest: 0, unresolved: 0 }])
})

test('a broker without a signer counts what one that has sent nothing counts', () => {
  const requests = createRequestCounts()
  const watching = createCounts({ requests, payments: null })
  const sending = createCounts({ requests, payments: createPaymentCounts(() => 0) })
  expect(watching.read()).toEqual(sending.read())
})

test('a histogram counts each bucket with all below it, and no time that is not known', () => {
  const histogram = createHistogram([1, 5])
  for (const seconds of [0.5, 1, 3, 9, NaN, -1]) histogram.observe(seconds)
  expect(histogram.read()).toEqual({ bounds: [1, 5], counts: [2, 3], sum: 13.5, count: 4 })
})

test('a tally keeps a thousand sets of labels at most', () => {
  const tally = createTally<{ provider: string }>()
  for (let index = 0; index < 2_000; index += 1) tally.add({ provider: String(index) })
  tally.add({ provider: '7' }, 2n)
  expect([tally.read().length, tally.read()[7]]).toEqual([1_000, { provider: '7', count: 2, amount: 2n }])
})

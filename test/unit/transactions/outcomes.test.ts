import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silent } from '../../../src/base/logger.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { createOutcomes, type Outcomes } from '../../../src/transactions/outcomes.ts'
import { createTrackedTransaction, type TrackedTransaction } from '../../../src/transactions/tracked-transaction.ts'
import { topUp } from '../../support/lane-world.ts'
import { receiptOf, scriptedPort } from '../../support/scripted-port.ts'

const HASH = '0xaa'
type End = (outcomes: Outcomes, transaction: TrackedTransaction) => Promise<void>

/** Two outcomes that are found at the same time, on a disk that takes its time. */
async function race(ends: readonly End[]) {
  const attempts = [{ hash: HASH, raw: null, fees: { gasPrice: 1n } }]
  const input = {
    id: 'one',
    intent: topUp('0xa', 7n),
    nonce: 0,
    gasLimit: 100_000n,
    attempts,
    background: false,
    at: 0,
  }
  const transaction = createTrackedTransaction(input, () => ({}), 0)
  transaction.actor.send({ type: 'sent', hash: HASH })
  const records: JournalRecord['type'][] = []
  const outcomes = createOutcomes({
    port: scriptedPort(),
    journal: {
      async append({ type }) {
        await new Promise((done) => setImmediate(done))
        records.push(type)
      },
    },
    open: new Set([transaction]),
    recent: { add: () => undefined, addOld: () => undefined, readAt: () => null },
    onMined: () => undefined,
    onRefused: () => undefined,
    onRevived: () => undefined,
    onChange: () => undefined,
    reopen: () => undefined,
    clock: systemClock,
    logger: silent,
  })
  await Promise.all(ends.map((end) => end(outcomes, transaction)))
  return [records, transaction.actor.getSnapshot().value]
}

const mined: End = (outcomes, transaction) => outcomes.mined(transaction, receiptOf(HASH, 5))
const superseded: End = (outcomes, transaction) => outcomes.superseded(transaction, 'its nonce was spent')
const refused: End = (outcomes, transaction) => outcomes.refused(transaction, 'nonce too low')
const gone: End = (outcomes, transaction) => outcomes.gone(transaction)

test.each([
  ['given up', superseded],
  ['refused', refused],
])('a transaction that is %s while its receipt is being recorded stays mined, in the journal too', async (_, end) => {
  expect(await race([mined, end])).toEqual([['mined'], 'mined'])
})

test('a receipt that is found while the transaction is given up is the last word of the journal', async () => {
  expect(await race([superseded, mined])).toEqual([['superseded', 'mined'], 'superseded'])
})

test('a receipt that is taken back while it is being recorded is taken back after it', async () => {
  expect(await race([mined, gone])).toEqual([['mined', 'unmined'], 'broadcast'])
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type Broker, type Journal } from '../../../src/index.ts'
import { transact } from '../../../src/local/transact.ts'
import { dyingJournal, type DyingJournal } from '../../support/dying-journal.ts'
import { EXACT } from '../../support/exact.ts'
import { useUnlockedRefund } from '../../support/unlocked-refund.ts'
import { untilHolds } from '../../support/until.ts'

const world = useUnlockedRefund()
const { claimed, standing, transfer, retrieve } = world

const untouched = { ledger: og('97'), free: og('2'), pending: og('1') }

const both = ['retrieveFund', 'transferFund']

/** Every moment before and after each record, in turn. */
const moments = ['claiming', 'prepared', 'mined', 'prepared', 'mined', 'claiming-ended']
  .flatMap((type) => [`before ${type}`, `after ${type}`])
  .map((where, moment) => ({ where, moment, begun: moment > 2 }))

test.for(moments)('a claim whose process is lost $where ($moment) is whole or did not begin', async (one) => {
  const nonce = await world.chain.provider.getTransactionCount(world.user.address)
  const journal = dyingJournal(one.moment)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe(one.where)

  const kept = await copyOf(journal)
  const second = await open(kept)
  // Auto-funding would take the deficit from the refund, if it acted between the two transactions.
  second.inference.startAutoFunding(world.provider.address, { ...EXACT, intervalMs: 100, onPendingRefund: 'reuse' })
  await untilHolds(() => expect([openClaims(kept), reason(second)]).toEqual([0, 'sufficient']))
  expect(await standing(second)).toEqual(one.begun ? claimed : untouched)
  const sent = one.begun ? both : []
  expect(operations(second)).toEqual(sent)
  expect(await world.chain.provider.getTransactionCount(world.user.address)).toBe(nonce + sent.length)
})

test('the broker takes up a claim also where its journal was locked before', async () => {
  const journal = dyingJournal(6)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  await journal.died
  const kept = await copyOf(journal)
  let isHeld = true
  const load = () => (isHeld ? Promise.reject(new Error('held')) : kept.load())
  const second = await open({ ...kept, load })
  await second.position()
  isHeld = false
  await second.ledger.depositFund('1')
  await untilHolds(() => expect(openClaims(kept)).toBe(0))
  expect(await standing(second)).toEqual({ ...claimed, ledger: og('99') })
})

test('a claim leaves alone what the user took back before the next process began', async () => {
  const journal = dyingJournal(6)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe('before prepared')
  // The user puts back all but 0.5, and later requests that again.
  await transact(world.user, [transfer('1.5'), retrieve()])
  const kept = await copyOf(journal)
  const second = await open(kept)
  await untilHolds(() => expect(openClaims(kept)).toBe(0))
  expect(await standing(second)).toEqual({ ledger: og('98'), free: 0n, pending: og('2') })
  expect(operations(second)).toEqual(['retrieveFund'])
})

test('a claim leaves alone what the user took back in full and later requested anew', async () => {
  const journal = dyingJournal(6)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe('before prepared')
  await transact(world.user, [transfer('2')])
  await world.chain.warp(1)
  await transact(world.user, [retrieve()])
  await world.chain.mine(12)
  const kept = await copyOf(journal)
  const second = await open(kept)
  await untilHolds(() => expect(openClaims(kept)).toBe(0))
  expect(await standing(second)).toEqual({ ledger: og('98'), free: 0n, pending: og('2') })
  expect(operations(second)).toEqual(['retrieveFund'])
})

test('a refund that was requested after the put-back stays, though the journal lacks the end of the claim', async () => {
  const journal = dyingJournal(10)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe('before claiming-ended')
  await transact(world.user, [retrieve()])
  const kept = await copyOf(journal)
  const second = await open(kept)
  await untilHolds(() => expect(openClaims(kept)).toBe(0))
  expect(await standing(second)).toEqual({ ledger: og('98'), free: 0n, pending: og('2') })
  expect(operations(second)).toEqual(both)
})

test('the next claim waits for the one that was left open, and its receipt counts that too', async () => {
  const journal = dyingJournal(6)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe('before prepared')
  const second = await open(await copyOf(journal))
  const { receipts, ...claim } = await second.ledger.claimRefunds()
  expect(claim).toEqual({ ...receipts[0], claimed: 0n, putBack: og('2'), leftOut: [] })
  expect(await standing(second)).toEqual(claimed)
  await expect(second.ledger.claimRefunds()).rejects.toThrow('There is nothing to claim.')
})

test('a claim puts nothing back while the ledger is being closed', async () => {
  const journal = dyingJournal(6)
  const first = await open(journal)
  first.ledger.claimRefunds().catch(() => undefined)
  expect(await journal.died).toBe('before prepared')
  const kept = await copyOf(journal)
  await kept.append({ type: 'closing', id: 'closing-1', at: 0 })
  const second = await open(kept)
  await untilHolds(() => expect(openClaims(kept)).toBe(0))
  expect(await standing(second)).toEqual({ ledger: og('98'), free: 0n, pending: og('2') })
  expect(operations(second)).toEqual(['retrieveFund'])
})

const open = (journal: Journal) => world.open(journal, { intervalMs: 1_000 })

type Kept = ReturnType<typeof memoryJournal>

async function copyOf({ records }: DyingJournal): Promise<Kept> {
  const copy = memoryJournal()
  for (const record of records) await copy.append(record)
  return copy
}

function openClaims({ records }: Kept): number {
  const count = (type: string) => records.filter((record) => record.type === type).length
  return count('claiming') - count('claiming-ended')
}

const reason = (broker: Broker) => broker.inference.autoFundingStatus(world.provider.address)[0]?.reason

const operations = (broker: Broker) => broker.transactions().map((one) => one.getSnapshot().context.operation)

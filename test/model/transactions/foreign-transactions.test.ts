import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { health, type Plan } from '../../../src/index.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

/** A wallet with a ledger of 20 OG, a broker that funds its provider, and another program with the key. */
async function shared(intervalMs = 1_000) {
  const world = bentWorld()
  const counts: (number | 'latest' | 'pending')[] = []
  const bend = (connected: Connected): Connected => {
    const port = connected.transactions
    if (!port) return connected
    const transactionCount: typeof port.transactionCount = (block) => {
      counts.push(block)
      return port.transactionCount(block)
    }
    return { ...connected, transactions: { ...port, transactionCount } }
  }
  const broker = await world.open({ intervalMs, bend })
  const other = await world.open({ intervalMs: 3_600_000 })
  await world.until(other.ledger.addLedger('20'))
  await world.advance(60)
  return { world, broker, other, counts, status: () => broker.inference.autoFundingStatus()[0] }
}

const sentBy = ({ transactions }: Awaited<ReturnType<typeof shared>>['broker']) =>
  transactions().map((one) => one.getSnapshot().context.operation)

test('after a foreign transaction what pays waits for three quiet blocks, and then goes on by itself', async () => {
  const { world, broker, other, status } = await shared()
  await using _ = world
  broker.inference.startAutoFunding(world.provider, EXACT)
  broker.inference.pauseAutoFunding()
  await world.advance(5)
  const before = broker.foreignTransactions()
  await world.until(other.ledger.depositFund('1'))
  broker.inference.resumeAutoFunding()
  await world.advance(1)
  expect([status()?.reason, broker.foreignTransactions() - before, sentBy(broker)]).toEqual([
    'foreign-transaction',
    1,
    [],
  ])
  await world.advance(6)
  expect(sentBy(broker)).toEqual(['transferFund'])
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
})

test('a top-up whose nonce another program has spent says so, in the health too, until that is final and it is sent anew', async () => {
  const world = bentWorld()
  await using _ = world
  let isLost = false
  const broker = await world.open({
    intervalMs: 1_000,
    bend: (connected) => {
      const port = connected.transactions
      if (!port) return connected
      const broadcast: typeof port.broadcast = (raw) =>
        isLost ? Promise.resolve({ grade: 'arrived', reason: 'none', message: '' }) : port.broadcast(raw)
      return { ...connected, transactions: { ...port, broadcast } }
    },
  })
  const other = await world.open({ intervalMs: 3_600_000 })
  await world.until(other.ledger.addLedger('20'))
  await world.advance(30)
  const plans: Plan[] = []
  broker.plan$.subscribe((plan) => plans.push(plan))
  isLost = true
  broker.inference.startAutoFunding(world.provider, EXACT)
  for (let second = 0; second < 30 && broker.transactions().length === 0; second += 1) await world.advance(1)
  await world.until(other.ledger.depositFund('1'))
  const holds = () => plans.at(-1)?.decisions.map((one) => (one.action === 'hold' ? one.reason : one.action))
  for (let second = 0; second < 30 && holds()?.[0] !== 'nonce-spent'; second += 1) await world.advance(1)
  expect([holds(), health(broker).checks.transactions]).toEqual([
    ['nonce-spent'],
    { status: 'warn', message: 'The nonce of a transaction is spent, and it is not final by which one.' },
  ])
  isLost = false
  await world.advance(60)
  expect([holds(), health(broker).checks.transactions.status]).toEqual([['sufficient'], 'pass'])
  expect([sentBy(broker), world.position().subAccounts[0]?.available]).toEqual([
    ['transferFund', 'transferFund'],
    og('2'),
  ])
})

test('a broker that reads every hour looks again once the wallet may be quiet', async () => {
  const { world, broker, other } = await shared(3_600_000)
  await using _ = world
  await world.until(broker.position())
  await world.until(other.ledger.depositFund('1'))
  broker.inference.startAutoFunding(world.provider, { ...EXACT, intervalMs: 3_600_000 })
  await world.advance(10)
  expect(sentBy(broker)).toEqual(['transferFund'])
})

test('a program that sends in every block does not stop funding for ever', async () => {
  const { world, broker, other } = await shared()
  await using _ = world
  broker.inference.startAutoFunding(world.provider, EXACT)
  for (let second = 0; second < 30; second += 1) {
    await world.until(other.ledger.depositFund('0.01'))
    await world.advance(1)
  }
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
})

test('what the broker sends itself is not foreign, whichever call asked for it', async () => {
  const { world, broker } = await shared()
  await using _ = world
  await world.until(broker.position())
  const before = broker.foreignTransactions()
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.until(broker.ledger.depositFund('1'))
  await world.advance(5)
  world.chain.spend(world.provider, world.wallet, '1')
  await world.advance(60)
  expect(sentBy(broker)).toEqual(['depositFund', 'transferFund', 'transferFund'])
  expect(broker.foreignTransactions()).toBe(before)
})

test('while the balance stays as it is no nonces are counted', async () => {
  const { world, broker, counts } = await shared()
  await using _ = world
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(120)
  counts.length = 0
  await world.advance(120)
  expect(counts).toEqual([])
})

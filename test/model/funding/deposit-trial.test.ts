import { parseEther as og } from 'ethers'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InvalidInputError, type DepositTrial } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

const KEEP = { trigger: '5', target: '20' } as const

test('a dry run decides about a deposit as if auto-deposit were on, and sends nothing', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { broker } = sim
  expect((await broker.plan({ dryRun: true })).deposit).toBeUndefined()
  const plan = await broker.plan({ dryRun: { autoDeposit: KEEP } })
  expect(plan.deposit).toEqual({
    action: 'deposit',
    amount: og('20'),
    available: 0n,
    due: 0n,
    arriving: 0n,
    spare: 0n,
    trigger: og('5'),
    target: og('20'),
    deficit: og('20'),
    burnRate: null,
    runway: null,
    limits: { maxDeposit: null, maxLedger: null, budgetLeft: null, coolingUntil: 0 },
  })
  expect(broker.planAt(plan.position, { dryRun: { autoDeposit: KEEP } }).deposit).toEqual(plan.deposit)
  expect([broker.ledger.hasAutoDeposit(), broker.transactions()]).toEqual([false, []])
})

test('a top-up that the ledger cannot pay waits for the deposit of a dry run', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('4'))
  await sim.until(broker.inference.ensureFunded(provider.address, '3'))
  sim.spend(provider, '1.75')
  await sim.advance('1m')
  const planned = async (dryRun: true | { autoDeposit: DepositTrial }) => {
    const { decisions, deposit } = await broker.plan({ dryRun })
    return [decisions.map((one) => (one.action === 'hold' ? one.reason : one.amount)), deposit?.action]
  }
  expect(await planned(true)).toEqual([[og('1')], undefined])
  expect(await planned({ autoDeposit: KEEP })).toEqual([['deposit-pending'], 'deposit'])
})

test('the balance of another wallet limits a dry run in place of the own', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '8' })
  const decided = async (autoDeposit: DepositTrial) => {
    const { deposit } = await sim.broker.plan({ dryRun: { autoDeposit } })
    return deposit?.action === 'hold' ? deposit.reason : ((deposit?.amount ?? 0n) + og('0.1')) / og('1')
  }
  expect(await decided(KEEP)).toBe(8n)
  expect(await decided({ ...KEEP, payerBalance: '50' })).toBe(20n)
  expect(await decided({ ...KEEP, payerBalance: '12', gasReserve: '2' })).toBe(10n)
  expect(await decided({ ...KEEP, payerBalance: 0n })).toBe('wallet-short')
  expect(await decided({ ...KEEP, payerBalance: null })).toBe('payer-unread')
})

test('a dry run refuses what auto-deposit refuses, and a key', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '8' })
  const key = sim.broker as unknown as string
  const wrong = [{ ...KEEP, target: '5' }, { ...KEEP, maxLedger: '1' }, { ...KEEP, from: key }, {}]
  for (const autoDeposit of wrong)
    await expect(sim.broker.plan({ dryRun: { autoDeposit } })).rejects.toThrow(InvalidInputError)
})

const amount = fc.integer({ min: 1, max: 60 }).map((n) => String(n / 2))
const config = fc.record(
  { step: amount, trigger: amount, maxDeposit: amount, maxLedger: amount, gasReserve: amount },
  { requiredKeys: ['step', 'trigger'] },
)

test('what a dry run decides is what auto-deposit then does', async () => {
  await fc.assert(
    fc.asyncProperty(config, amount, amount, async ({ step, ...more }, funds, inLedger) => {
      await using sim = await createSimulatedBroker({
        providers: 1,
        funds: String(3 + Number(funds) + Number(inLedger)),
      })
      const { ledger } = sim.broker
      await sim.until(ledger.addLedger(String(3 + Number(inLedger) / 2)))
      const target = String(Number(more.trigger) + Number(step))
      const autoDeposit = { ...more, target }
      fc.pre(more.maxLedger === undefined || Number(more.maxLedger) >= Number(target))
      await sim.advance('1m')
      const { position, deposit } = await sim.broker.plan({ dryRun: { autoDeposit } })
      const sent = () => sim.broker.transactions().map((actor) => BigInt(actor.getSnapshot().context.amount))
      const before = sent().length
      ledger.startAutoDeposit(autoDeposit)
      expect(sim.broker.planAt(position).deposit).toEqual(deposit)
      await sim.advance('20s')
      // A limit may be followed by another deposit.
      expect(sent()[before] ?? 'nothing').toBe(deposit?.action === 'deposit' ? deposit.amount : 'nothing')
    }),
    { numRuns: 30 },
  )
})

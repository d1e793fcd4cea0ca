import { expect, test } from 'vitest'
import { parseEther as og } from 'ethers'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

const reasonOf = (sim: Simulation) => sim.broker.inference.autoFundingStatus()[0]?.reason

/** A ledger of 20 OG and one funded sub-account, read every 30 s. */
async function funded(config = {}): Promise<Simulation> {
  const sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false })
  await sim.until(sim.broker.ledger.addLedger('20'))
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: false, ...config })
  await sim.advance('2m')
  expect(reasonOf(sim)).toBe('sufficient')
  return sim
}

test('while readings fail status, actor and plan say stale-reading, and sufficient after the next reading', async () => {
  await using sim = await funded()
  const planned: string[] = []
  const subscription = sim.broker.plan$.subscribe(({ decisions: [first] }) => {
    if (first?.action === 'hold') planned.push(first.reason)
  })
  sim.chain.fail('read', { times: Infinity })
  await sim.advance('2m')
  const [status] = sim.broker.inference.autoFundingStatus()
  expect([status?.state, status?.reason, planned.at(-1)]).toEqual(['held', 'stale-reading', 'stale-reading'])
  sim.heal()
  await sim.advance('1m')
  expect([reasonOf(sim), planned.at(-1)]).toEqual(['sufficient', 'sufficient'])
  subscription.unsubscribe()
})

test('while readings fail a status says for how long, and as of when it is', async () => {
  await using sim = await funded()
  const read = (await sim.broker.position()).block.timestamp
  const ages = () => {
    const [status] = sim.broker.inference.autoFundingStatus()
    return { asOf: status?.asOf, failingFor: status?.failingFor, refusal: status?.refusal }
  }
  expect(ages()).toEqual({ asOf: read, failingFor: null, refusal: null })
  sim.fail('read', Infinity)
  await sim.advance('30s')
  const { asOf } = ages()
  await sim.advance('5m')
  expect(ages()).toEqual({
    asOf,
    failingFor: expect.toSatisfy((one: number) => one >= 300 && one <= 330) as number,
    refusal: null,
  })
  sim.heal()
  await sim.advance('1m')
  expect(ages().failingFor).toBeNull()
})

test('one reading that fails is not an outage', async () => {
  await using sim = await funded()
  const reasons = new Set<unknown>()
  const subscription = sim.broker.plan$.subscribe(() => reasons.add(reasonOf(sim)))
  sim.chain.fail('stale', { times: 1, blocks: 200 })
  await sim.advance('2m')
  expect(sim.broker.positions$.status.dropped).toBe(1)
  expect([...reasons]).toEqual(['sufficient'])
  subscription.unsubscribe()
})

test('nothing is sent on a stale plan, and what was charged meanwhile is paid once after it', async () => {
  await using sim = await funded()
  sim.fail('read', Infinity)
  sim.spend(sim.provider, '1.5')
  await sim.advance('1h')
  expect(sim.chain.position(sim.broker.wallet).subAccounts).toMatchObject([{ available: og('0.5') }])
  expect(sim.broker.transactions()).toHaveLength(2)
  sim.heal()
  await sim.advance('5m')
  expect(sim.chain.position(sim.broker.wallet).subAccounts).toMatchObject([{ available: og('2') }])
  expect(sim.broker.transactions()).toHaveLength(3)
})

test('an outage does not withdraw a question, and what is approved during it is sent only after a reading', async () => {
  let answer: (approved: boolean) => void = () => undefined
  let questions = 0
  const signals: AbortSignal[] = []
  const approve = (_: unknown, signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      questions += 1
      signals.push(signal)
      answer = resolve
    })
  await using sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false })
  await sim.until(sim.broker.ledger.addLedger('20'))
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: false, approve })
  await sim.advance('1m')
  expect(reasonOf(sim)).toBe('awaiting-approval')
  sim.fail('read', Infinity)
  await sim.advance('3m')
  expect([questions, signals[0]?.aborted, reasonOf(sim)]).toEqual([1, false, 'awaiting-approval'])
  answer(true)
  await sim.advance('1m')
  expect(sim.chain.position(sim.broker.wallet).subAccounts).toEqual([])
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { InvalidInputError, type DryRun, type Plan } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

const brief = ({ decisions }: Plan) =>
  decisions.map((one) => [one.provider, one.action === 'hold' ? one.reason : one.amount])

test('a dry run plans for the providers that it names alone, each with its own terms, and sends nothing', async () => {
  await using sim = await createSimulatedBroker({ providers: 3 })
  const { broker, providers } = sim
  const [first = '', second = '', third = ''] = providers.map(({ address }) => address)
  await sim.until(broker.ledger.addLedger('20'))
  for (const provider of [first, second]) await sim.until(broker.ledger.transferFund(provider, 'inference', '2.5'))
  expect(brief(await broker.plan({ dryRun: true }))).toEqual([
    [first, 'sufficient'],
    [second, 'sufficient'],
  ])
  const autoFunding: DryRun['autoFunding'] = [
    { provider: second.toLowerCase(), serviceType: 'inference', config: { bufferMultiplier: 3, target: 4 } },
    { provider: third, serviceType: 'inference' },
  ]
  const plan = await broker.plan({ dryRun: { autoFunding } })
  expect(brief(plan)).toEqual([
    [first, 'off'],
    [second, og('1.5')],
    [third, og('3')],
  ])
  expect(plan.decisions[1]).toMatchObject({ required: og('3'), target: og('4'), deficit: og('1.5') })
  expect(brief(broker.planAt(plan.position, { dryRun: { autoFunding } }))).toEqual(brief(plan))
  expect([broker.inference.hasAutoFunding(second), broker.transactions().length]).toEqual([false, 3])
})

test('limits, approval and idle money of a dry run are those of its terms, and what is on keeps its own', async () => {
  await using sim = await createSimulatedBroker({ providers: 3 })
  const { broker, providers } = sim
  const [first = '', second = '', third = ''] = providers.map(({ address }) => address)
  await sim.until(broker.ledger.addLedger('20'))
  for (const provider of [first, second, third]) await sim.until(broker.ledger.transferFund(provider, 'inference', '5'))
  broker.inference.startAutoFunding(first, {
    bufferMultiplier: 7,
    target: 7,
    minTopUp: 0n,
    approve: () => new Promise(() => undefined),
  })
  await sim.advance('2h')
  const plan = await broker.plan({
    dryRun: {
      autoFunding: [
        { provider: first, serviceType: 'inference', config: { maxTopUp: '1' } },
        { provider: second, serviceType: 'inference', config: { bufferMultiplier: 6, target: 6, maxTopUp: '0.5' } },
        { provider: third, serviceType: 'inference', config: { reclaimIdle: { after: '1h', when: 'always' } } },
      ],
    },
  })
  expect(plan.decisions.map((one) => [one.action, one.action === 'hold' ? one.reason : one.amount])).toEqual([
    ['propose', og('2')],
    ['top-up', og('0.5')],
    ['hold', 'sufficient'],
  ])
  expect(plan.decisions.map(({ reclaim }) => reclaim?.wait)).toEqual([undefined, undefined, null])
})

test('a dry run refuses what auto-funding refuses', async () => {
  await using sim = await createSimulatedBroker({ providers: 1 })
  const { broker, provider } = sim
  const refused = async (dryRun: unknown) =>
    broker.plan({ dryRun: dryRun as DryRun }).then(
      () => 'accepted',
      (error: unknown) => (error instanceof InvalidInputError ? error.message.split('\n')[0] : error),
    )
  const one = { provider: provider.address, serviceType: 'inference' }
  expect(
    await Promise.all(
      [
        { autoFunding: { ...one } },
        { autoFunding: [{ ...one, provider: '0x12' }] },
        { autoFunding: [{ ...one, serviceType: 'chat' }] },
        { autoFunding: [{ ...one, config: { bufferMultiplier: 0 } }] },
        { autoFundings: [] },
      ].map(refused),
    ),
  ).toEqual([
    'autoFunding of a dry run is a list.',
    'This is not an address.',
    'serviceType of a dry run is inference or fine-tuning.',
    'bufferMultiplier is a number above 0.',
    'dryRun is true or false, or has no field autoFundings: it has autoFunding, autoDeposit, reclaimIdle.',
  ])
})

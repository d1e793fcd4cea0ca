import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const STRANGER = `0x${'11'.repeat(20)}`

test.each([{}, { unsettledFee: false as const }])(
  'a provider without a service gets no money, however often its service could not be read (%o)',
  async (config) => {
    for (const failures of [0, 1, 2, 3, 5]) {
      await using sim = await createSimulatedBroker({ seed: 1 })
      const { broker } = sim
      await sim.until(broker.ledger.addLedger('10'))
      const funding = broker.inference.startAutoFunding(STRANGER, config)
      // The first reading has begun; the next requests fail.
      await Promise.resolve()
      if (failures > 0) sim.fail('read', failures)
      await sim.advance('5m')
      expect([failures, (await broker.position()).subAccounts, funding.getSnapshot().context.reason]).toEqual([
        failures,
        [],
        'provider-unregistered',
      ])
    }
  },
)

test('auto-funding waits until the service of the provider is read, and then funds it', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(provider.address, { ...EXACT, unsettledFee: false })
  await Promise.resolve()
  sim.fail('read', 2)
  await sim.advance('5m')
  expect((await broker.position()).subAccounts.map(({ available }) => available)).toEqual([2n * 10n ** 18n])
})

test('a node that never answers for one provider holds that one alone', async () => {
  await using world = bentWorld({ inference: 2 })
  const [first, second] = world.chain.providers.map(({ address }) => address) as [string, string]
  const broker = await world.open({
    bend: (connected) => ({
      ...connected,
      readService: (provider) => (provider === first ? new Promise(() => undefined) : connected.readService(provider)),
    }),
  })
  await world.until(broker.ledger.addLedger('10'))
  const actors = [first, second].map((provider) => broker.inference.startAutoFunding(provider, EXACT))
  await world.advance(3_600)
  expect(actors.map((actor) => actor.getSnapshot().context.reason)).toEqual(['provider-unread', 'sufficient'])
  expect(world.position().subAccounts.map(({ provider, available }) => [provider, available])).toEqual([
    [second, 2n * 10n ** 18n],
  ])
  expect((await world.until(broker.position())).subAccounts).toEqual(world.position().subAccounts)
})

test.each([false, true])(
  'a provider that registers is funded within a minute (with an account before: %s)',
  async (known) => {
    await using world = bentWorld()
    const [provider] = world.chain.providers.map(({ address }) => address) as [string]
    let isRegistered = false
    const broker = await world.open({
      bend: (connected) => ({
        ...connected,
        async readService(one) {
          const service = await connected.readService(one)
          return isRegistered ? service : { ...service, registered: false, url: null, model: null }
        },
      }),
    })
    await world.until(broker.ledger.addLedger('10'))
    if (known) await world.until(broker.ledger.transferFund(provider, 'inference', '1', { force: true }))
    const funding = broker.inference.startAutoFunding(provider, EXACT)
    await world.advance(31)
    expect(funding.getSnapshot().context.reason).toBe('provider-unregistered')
    isRegistered = true
    await world.advance(60)
    expect(funding.getSnapshot().context).toMatchObject({ reason: 'sufficient', topUps: 1 })
    expect(world.position().subAccounts.map(({ available }) => available)).toEqual([2n * 10n ** 18n])
  },
)

test('the service of a provider that auto-funding starts for during a reading is read before that reading decides', async () => {
  await using world = bentWorld()
  let release = (): void => undefined
  const broker = await world.open({
    bend: (connected) => ({
      ...connected,
      fees: async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return connected.fees()
      },
    }),
  })
  await world.until(broker.ledger.addLedger('10'))
  const reading = broker.position()
  await world.advance(0)
  const funding = broker.inference.startAutoFunding(world.provider, EXACT)
  const reasons: unknown[] = []
  funding.subscribe(({ context }) => reasons.push(context.reason))
  release()
  await reading
  await world.advance(60)
  expect(reasons).not.toContain('provider-unread')
  expect(funding.getSnapshot().context.reason).toBe('sufficient')
})

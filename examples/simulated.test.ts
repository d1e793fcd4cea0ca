import { ogToWei } from 'og-ledger'
import { createSimulatedBroker, edgePaths, walk } from 'og-ledger/testing'
import 'og-ledger/testing/vitest'
import { expect, test } from 'vitest'
import { setup } from 'xstate'

/** The app: it asks an inference provider, and takes care that the provider is paid. */
const MINIMUM = ogToWei('2')

test('a week of questions costs what they cost, and not a wei more', async () => {
  await using sim = await createSimulatedBroker({ seed: 7 })
  const { broker, provider } = sim
  await broker.ledger.addLedger('20')
  const funding = broker.inference.startAutoFunding(provider.address)
  await sim.advance('1m')

  for (let day = 0; day < 7; day += 1) {
    sim.spend(provider, '0.8')
    await sim.advance('1d')
  }

  expect(broker.subAccount(provider.address, 'inference')).toBeInState('funded')
  const { available, totalBalance } = await broker.ledger.getLedger()
  expect(totalBalance).toBe(ogToWei('20') - 7n * ogToWei('0.8'))
  expect(available).toBe(totalBalance - MINIMUM)
  expect(funding.getSnapshot().context.topUps).toBe(1 + 7)
})

test('an empty ledger is told before the provider stops serving', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  await broker.ledger.addLedger('3')
  const funding = broker.inference.startAutoFunding(provider.address)
  await sim.advance('1m')

  sim.spend(provider, '1.5')
  await sim.advance('1m')
  sim.spend(provider, '0.9')
  await sim.advance('1m')

  expect(funding).toHold('ledger-short')
  await broker.ledger.depositFund('5')
  await sim.advance('1m')
  expect(funding).toHold('sufficient')
})

test('a restart in the middle of a top-up pays it once', async () => {
  await using sim = await createSimulatedBroker({ automine: false })
  await sim.until(sim.broker.ledger.addLedger('10'))
  sim.broker.inference.startAutoFunding(sim.provider.address)
  sim.fail('lost') // The node takes the transaction, and loses it.
  await sim.advance('1s')

  const broker = await sim.restart()
  broker.inference.startAutoFunding(sim.provider.address)
  await sim.advance('1m')

  expect((await broker.ledger.getLedger()).available).toBe(ogToWei('8'))
})

const door = setup({ types: { events: {} as { type: 'push' } | { type: 'lock' } } }).createMachine({
  initial: 'closed',
  states: {
    closed: { on: { push: 'open', lock: 'locked' } },
    open: { on: { push: 'closed' } },
    locked: { on: { lock: 'closed' } },
  },
})

/** The app's own statechart: one test for each of its edges. */
test.for(edgePaths(door, { events: [{ type: 'push' }, { type: 'lock' }] }))('door: $title', async (path) => {
  const actor = await walk(door, path)
  expect(actor).toBeInState(path.to)
})

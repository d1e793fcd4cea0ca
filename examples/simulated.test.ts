import { ogToWei } from 'og-ledger'
import { subAccountMachine, type Reading, type SubAccountEvent, type SubAccountInput } from 'og-ledger/machines'
import { createSimulatedBroker, edgePaths, missingEdges, walk } from 'og-ledger/testing'
import 'og-ledger/testing/vitest'
import { expect, test } from 'vitest'
import { fromPromise, sendTo, setup } from 'xstate'

/** A top-up fills up to this: the app sends its provider questions and keeps it paid. */
const TARGET = ogToWei('3')

test('a week of questions costs exactly their fees', async () => {
  // Reading every ten minutes is often enough, and simulates twenty times faster than every thirty seconds.
  await using sim = await createSimulatedBroker({ seed: 7, broker: { intervalMs: 600_000 } })
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
  // After every second day less than 2 OG is left.
  expect(available).toBe(totalBalance - (TARGET - ogToWei('0.8')))
  expect(funding.getSnapshot().context.topUps).toBe(1 + 3)
})

test('auto-funding holds with ledger-short before the provider stops serving', async () => {
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

  expect((await broker.ledger.getLedger()).available).toBe(ogToWei('7'))
})

/** The app's own statechart around one of ours: it asks its user for money when the sub-account runs low. */
const alarm = setup({
  types: {
    input: {} as SubAccountInput,
    context: {} as SubAccountInput,
    events: {} as SubAccountEvent | { type: 'dismissed' },
  },
  actors: {
    account: subAccountMachine,
    askForMoney: fromPromise<boolean>(() => Promise.reject(new Error('A test has no user to ask.'))),
  },
}).createMachine({
  id: 'alarm',
  context: ({ input }) => input,
  invoke: {
    src: 'account',
    id: 'account',
    input: ({ context }) => context,
    onSnapshot: [
      { guard: ({ event }) => event.snapshot.matches('low'), target: '.asking' },
      { guard: ({ event }) => event.snapshot.matches('funded'), target: '.quiet' },
    ],
  },
  on: { 'balance.*': { actions: sendTo('account', ({ event }) => event) } },
  initial: 'quiet',
  states: {
    quiet: {},
    asking: {
      invoke: {
        src: 'askForMoney',
        onDone: [{ guard: ({ event }) => event.output, target: 'promised' }, { target: 'refused' }],
        onError: 'refused',
      },
    },
    promised: { after: { 3_600_000: 'asking' } },
    refused: { on: { dismissed: 'quiet' } },
  },
})

const reading: Reading = {
  exists: true,
  balance: '1',
  pendingRefund: '0',
  claimable: '0',
  unlocksAt: null,
  required: '2',
  block: 1,
}

const paths = edgePaths(alarm, {
  input: { provider: '0xa48f01287233509FD694a22Bf840225062E67836', serviceType: 'inference' },
  events: [{ type: 'balance.low', reading }, { type: 'balance.ample', reading }, { type: 'dismissed' }],
  outputs: { askForMoney: [true, false] },
})

/** One test for each of its edges, without a user and without real hours. */
test.for(paths)('alarm: $title', async (path) => {
  const actor = await walk(alarm, path)
  expect(actor).toBeInState(path.to)
})

test('alarm: no edge is without a test', () => {
  expect(missingEdges(alarm, paths)).toEqual([])
})

test('an app sends requests through an endpoint: the test answers them, and the simulation funds them', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider, chain } = sim
  await broker.ledger.addLedger('10')
  chain.changeOffer(provider.address, { url: 'http://127.0.0.1' })
  const error = 'get account from contract, account not exist'
  const { baseURL, fetch } = await broker.inference.endpoint(provider.address, {
    async fetch() {
      const { subAccounts } = await broker.position()
      return subAccounts.length > 0 ? Response.json({ answer: 'Hello' }) : Response.json({ error }, { status: 400 })
    },
  })
  const response = await sim.until(fetch(`${baseURL}/chat/completions`, { method: 'POST', body: '{}' }))
  expect([response.status, await response.json()]).toEqual([200, { answer: 'Hello' }])
})

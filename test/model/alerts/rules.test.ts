import { expect, test } from 'vitest'
import { openAlerts, type Alerts } from '../../../src/alerts/alerts.ts'
import type { AlertsOptions } from '../../../src/alerts/alert-options.ts'
import type { Notification, Receiver, RuleName } from '../../../src/alerts/alert.types.ts'
import { rules } from '../../../src/alerts/rules/rules.ts'
import { ogToWei } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

const SUB_ACCOUNT = 'the inference sub-account with 0x525C…644e'
const PROVIDER = '0x525C904B5A255039C9EB316599D487eC86A4644e'

test('ledger-runway fires below a day, again when it is urgent, and does not waver', async () => {
  await using world = await open(['ledger-runway'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('5m')
  for (let hour = 0; hour < 24; hour += 1) {
    sim.spend(sim.provider, '1')
    await sim.advance('1h')
  }
  await sim.broker.ledger.depositFund('100')
  await sim.advance('5m')
  const told = world.told()
  expect(told.map(([status, severity]) => `${status} ${severity}`)).toEqual([
    'firing warning',
    'still warning',
    'still warning',
    'still warning',
    'still warning',
    'firing critical',
    'resolved critical',
  ])
  expect([told[0]?.slice(2), told[5]?.slice(2), told[6]?.slice(2)]).toMatchInlineSnapshot(`
    [
      [
        "ledger-runway",
        "The ledger runs dry in 18 hours 11 minutes at the present burn",
        "25 OG are available and 1.3745 OG are charged per hour: from 2026-01-01 20:22 UTC on no sub-account is topped up.",
        "For a week: og-ledger deposit 205.9279",
      ],
      [
        "ledger-runway",
        "The ledger runs dry in 5 hours 9 minutes at the present burn",
        "7 OG are available and 1.1634 OG are charged per hour: from 2026-01-02 02:15 UTC on no sub-account is topped up.",
        "For a week: og-ledger deposit 189.4571",
      ],
      [
        "ledger-runway",
        "The ledger lasts longer again",
      ],
    ]
  `)
})

test('ledger-runway says nothing while auto-deposit fills the ledger, and speaks once it cannot', async () => {
  await using world = await open(['ledger-runway'], '40')
  const { sim } = world
  await sim.broker.ledger.addLedger('10')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  sim.broker.ledger.startAutoDeposit({ trigger: '5', target: '10' })
  await sim.advance('5m')
  for (let hour = 0; hour < 20; hour += 1) {
    sim.spend(sim.provider, '1')
    await sim.advance('1h')
  }
  expect(world.told()).toEqual([])
  for (let hour = 0; hour < 18; hour += 1) {
    sim.spend(sim.provider, '1')
    await sim.advance('1h')
  }
  expect(world.told().map(([status, , , what]) => `${status}: ${what}`)).toMatchInlineSnapshot(`
    [
      "firing: The ledger runs dry in 4 hours 57 minutes at the present burn",
      "still: The ledger runs dry in 59 minutes at the present burn",
    ]
  `)
})

test('held-and-low names the reason, how long the money lasts, and the command to type', async () => {
  await using world = await open(['held-and-low'])
  const { sim } = world
  await sim.broker.ledger.addLedger('3')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('5m')
  for (let time = 0; time < 5; time += 1) {
    sim.spend(sim.provider, '0.5')
    await sim.advance('10m')
  }
  await sim.broker.ledger.depositFund('100')
  await sim.advance('5m')
  expect(world.told()).toEqual([
    [
      'firing',
      'critical',
      'held-and-low',
      'The inference sub-account with 0x525C…644e is low and held: ledger-short',
      'It has 1.5 OG of the 2 OG that it needs, and reaches the minimum of its provider in 10 minutes; its provider rejects requests that it does not cover.',
      'Deposit into the ledger: og-ledger deposit 0.5',
    ],
    ['resolved', 'critical', 'held-and-low', `The ${SUB_ACCOUNT.slice(4)} is not low any more`],
  ])
  expect(world.heard[0]?.alert.labels).toEqual({
    alertname: 'held-and-low',
    network: '31337',
    wallet: sim.broker.wallet,
    provider: PROVIDER,
    service: 'inference',
  })
})

test('held-and-low is silent about a sub-account without auto-funding that its owner left', async () => {
  await using world = await open(['held-and-low'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '1')
  await sim.advance('2h')
  expect(world.told()).toEqual([])
  for (let hour = 0; hour < 3; hour += 1) {
    sim.spend(sim.provider, '0.1')
    await sim.advance('1h')
  }
  expect(world.told().map(([status, , , what]) => `${status}: ${what}`)).toEqual([
    `firing: The ${SUB_ACCOUNT.slice(4)} is low and held: off`,
  ])
})

test('stale-reading says what the node said, which block is known, and when the chain is read again', async () => {
  await using world = await open(['stale-reading'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.advance('5m')
  sim.fail('read', Infinity)
  await sim.advance('20m')
  sim.heal()
  await sim.advance('30m')
  expect(world.told()).toMatchInlineSnapshot(`
    [
      [
        "firing",
        "critical",
        "stale-reading",
        "The chain cannot be read",
        "The chain could not be read (the simulated node does not answer). The newest position is that of block 300: until a reading succeeds nothing is topped up.",
        "Check the node and the connection to it; the log has the error.",
      ],
      [
        "resolved",
        "critical",
        "stale-reading",
        "The chain is read again",
      ],
    ]
  `)
})

test('refund-claimable fires for what no program claims, and ends with the claim', async () => {
  await using world = await open(['refund-claimable'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '3')
  await sim.advance('5m')
  await sim.broker.ledger.retrieveFund('inference')
  await sim.advance('2h')
  await sim.broker.ledger.claimRefunds()
  await sim.advance('5m')
  expect(world.told()).toEqual([
    [
      'firing',
      'info',
      'refund-claimable',
      `A refund of 3 OG can be claimed from ${SUB_ACCOUNT}`,
      'Its lock ended at 2026-01-01 01:05 UTC. Until it is claimed the provider may still be paid from it.',
      `og-ledger claim --provider ${PROVIDER} --service inference`,
    ],
    ['resolved', 'info', 'refund-claimable', `No refund waits to be claimed from ${SUB_ACCOUNT}`],
  ])
})

test('budget-exhausted fires at once for a sub-account, and ends when the window moves on', async () => {
  await using world = await open(['budget-exhausted'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  sim.broker.inference.startAutoFunding(sim.provider.address, { ...EXACT, budget: { amount: '3', per: '1h' } })
  await sim.advance('5m')
  for (let time = 0; time < 3; time += 1) {
    sim.spend(sim.provider, '1')
    await sim.advance('5m')
  }
  await sim.advance('2h')
  expect(world.told()).toEqual([
    [
      'firing',
      'warning',
      'budget-exhausted',
      `The budget is spent: ${SUB_ACCOUNT} is not topped up`,
      'It has 1 OG of the 2 OG that it needs.',
      'Raise the budget, or wait: older payments leave its window.',
    ],
    ['resolved', 'warning', 'budget-exhausted', `The budget does not hold ${SUB_ACCOUNT} any more`],
  ])
})

test('stuck-transaction fires for one that no block has, and ends with its block', async () => {
  await using world = await open(['stuck-transaction'])
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.advance('5m')
  sim.fail('late', { times: Infinity, blocks: 700 })
  const deposit = sim.broker.ledger.depositFund('1')
  await sim.advance('10m')
  await sim.until(deposit)
  await sim.advance('5m')
  expect(world.told().map(([status, , , what, , action]) => [status, what, action])).toEqual([
    ['firing', 'A transaction is not mined after 5 minutes: depositFund, nonce 1', 'og-ledger transactions'],
    ['resolved', 'The transaction has an outcome: depositFund, nonce 1', undefined],
  ])
  const id = sim.broker.transactions().at(-1)?.getSnapshot().context.id
  expect(world.heard[0]?.alert.labels).toMatchObject({ alertname: 'stuck-transaction', transaction: id })
})

test('gas-low fires where the gas of a full exit is not there, and ends when the wallet gets money', async () => {
  await using world = await open(['gas-low'], '33')
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('5m')
  const { balance } = (await sim.broker.position()).wallet
  await sim.broker.ledger.depositFund(balance - 4n * 10n ** 14n)
  await sim.advance('30m')
  sim.chain.fund(sim.broker.wallet, ogToWei('1'))
  await sim.advance('10m')
  expect(world.told()).toMatchInlineSnapshot(`
    [
      [
        "firing",
        "warning",
        "gas-low",
        "The wallet has less gas than a full exit costs",
        "It holds 0.0002 OG, and bringing everything home costs 0.0017 OG of gas: without it nothing can be topped up, claimed or closed.",
        "Send OG to the wallet 0x0D9D773CaBeC74721D7ba7788b44e49D84f5aF80.",
      ],
      [
        "resolved",
        "warning",
        "gas-low",
        "The wallet has gas again",
      ],
    ]
  `)
})

test('anomaly says what was charged and what is usual, and until when it holds', async () => {
  await using world = await open(['anomaly'])
  const { sim } = world
  await sim.broker.ledger.addLedger('300')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('5m')
  for (let hour = 0; hour < 12; hour += 1) {
    sim.spend(sim.provider, '0.01')
    await sim.advance('1h')
  }
  sim.spend(sim.provider, '1.5')
  await sim.advance('30m')
  expect(world.told()).toEqual([
    [
      'firing',
      'warning',
      'anomaly',
      'The inference sub-account with 0x525C…644e: 1.5 OG were charged within 1 hour, usually 0.0119 OG an hour',
      'Auto-funding holds until charges prove the burn, or until 2026-01-01 12:16 UTC.',
      'Check what this provider charged. If it is right, set anomaly of its auto-funding.',
    ],
    ['resolved', 'warning', 'anomaly', `The ${SUB_ACCOUNT.slice(4)} has its usual charges again`],
  ])
})

test('a restart in the middle of an outage goes on with the same alert: one firing, one resolved', async () => {
  let stored: string | null = null
  const state = { load: () => Promise.resolve(stored), save: (text: string) => Promise.resolve(void (stored = text)) }
  await using world = await open(['stale-reading'], '1000', { state })
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.advance('5m')
  sim.fail('read', Infinity)
  await sim.advance('10m')
  await world.restart()
  await sim.advance('10m')
  sim.heal()
  await sim.advance('10m')
  expect(world.told().map(([status]) => status)).toEqual(['firing', 'resolved'])
})

test('a rule that is turned off resolves what fired under it', async () => {
  let stored: string | null = null
  const state = { load: () => Promise.resolve(stored), save: (text: string) => Promise.resolve(void (stored = text)) }
  await using world = await open(['refund-claimable'], '1000', { state })
  const { sim } = world
  await sim.broker.ledger.addLedger('30')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '3')
  await sim.broker.ledger.retrieveFund('inference')
  await sim.advance('2h')
  await world.restart({ rules: { 'refund-claimable': false } })
  await sim.advance('5m')
  expect(world.told().map(([status]) => status)).toEqual(['firing', 'resolved'])
  expect(stored).toBe(`${JSON.stringify({ version: 1, records: [] }, null, 1)}\n`)
})

type World = AsyncDisposable & {
  sim: Simulation
  heard: Notification[]
  /** Each notification as status, severity, rule, summary, and while it fires what will happen and what to do. */
  told(): string[][]
  restart(more?: Partial<AlertsOptions>): Promise<void>
}

/** A broker on a simulated chain, and alerts of these rules alone. */
async function open(names: readonly RuleName[], funds = '1000', more: Partial<AlertsOptions> = {}): Promise<World> {
  const sim = await createSimulatedBroker({ funds, broker: { intervalMs: 60_000 } })
  const heard: Notification[] = []
  const receiver: Receiver = {
    name: 'test',
    id: 'test',
    send: ({ notifications }) => Promise.resolve(void heard.push(...notifications)),
  }
  const off = rules.map(({ name }) => name).filter((name) => !names.includes(name))
  const options = { to: [receiver], rules: Object.fromEntries(off.map((name) => [name, false])), ...more }
  const clock = { now: sim.now, after: () => () => undefined }
  let alerts: Alerts = await openAlerts(sim.broker, options, clock)
  return {
    sim,
    heard,
    told: () => heard.map(wordsOf),
    async restart(next) {
      await alerts.close()
      alerts = await openAlerts(await sim.restart(), { ...options, ...next }, clock)
    },
    async [Symbol.asyncDispose]() {
      await alerts.close()
      await sim.close()
    },
  }
}

function wordsOf({ status, isRepeat, alert }: Notification): string[] {
  const { severity, labels, summary, outlook, action, resolution } = alert
  if (status === 'resolved') return [status, severity, labels.alertname, resolution]
  return [isRepeat ? 'still' : status, severity, labels.alertname, summary, outlook, action]
}

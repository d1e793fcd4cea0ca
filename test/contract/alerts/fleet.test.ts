import { Wallet } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAlerts } from '../../../src/alerts/alerts.ts'
import type { Notification, Receiver } from '../../../src/alerts/index.ts'
import { rules } from '../../../src/alerts/rules/rules.ts'
import type { BrokerEvent } from '../../../src/index.ts'
import { createFleet } from '../../../src/fleet/index.ts'
import { postgresLeases } from '../../../src/postgres/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxiedPostgres, type ProxiedPostgres } from '../../support/proxied-postgres.ts'
import { until } from '../../support/until.ts'

const WALLETS = 2
const START = 1_767_225_600_000
const OFF = Object.fromEntries(
  rules.flatMap(({ name }) => (name === 'lease-lost' ? [] : [[name, false as const]])),
) as Record<string, false>

let chain: LocalChain
let postgres: ProxiedPostgres

beforeAll(async () => {
  postgres = await startProxiedPostgres()
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

function open(wallets: readonly string[], holder: string, pool: Pool) {
  return createFleet({
    provider: connect(chain.anvil.url),
    network: chain.network,
    wallets,
    signerFor: (wallet) => keys.get(wallet) ?? Promise.reject(new Error('no key')),
    leases: postgresLeases({ pool, holder, leaseMs: 2_000, timeoutMs: 500 }),
    intervalMs: 300,
  })
}
const keys = new Map<string, Wallet>()
function newWallets(): string[] {
  const made = Array.from({ length: WALLETS }, () => new Wallet(Wallet.createRandom().privateKey))
  for (const one of made) keys.set(one.address, one)
  return made.map(({ address }) => address)
}

/** The alerts of a fleet, whose clock goes on when the test says so. */
async function alertsOf(fleet: Awaited<ReturnType<typeof open>>) {
  const heard: Notification[] = []
  let now = START
  let tick = (): void => undefined
  const clock = {
    now: () => now,
    after: (ms: number, call: () => void) => {
      if (ms === 5_000) tick = call
      return () => undefined
    },
  }
  const receiver: Receiver = {
    name: 'test',
    id: 'test',
    send: ({ notifications }) => Promise.resolve(void heard.push(...notifications)),
  }
  let stored: string | null = null
  const state = { load: () => Promise.resolve(stored), save: (text: string) => Promise.resolve(void (stored = text)) }
  let alerts = await openAlerts(fleet, { to: [receiver], rules: OFF, state }, clock)
  const pass = async (seconds: number): Promise<void> => {
    for (let count = 0; count < seconds / 5; count += 1) {
      now += 5_000
      tick()
      // A delivery is recorded before it is sent.
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    }
  }
  return {
    pass,
    told: () => heard.map(({ status, alert }) => [status, alert.severity, alert.summary, alert.labels.wallet]),
    firing: () => alerts.firing().map(({ labels }) => labels.alertname),
    counts: () => alerts.counts()['lease-lost'],
    async restart() {
      await alerts.close()
      alerts = await openAlerts(fleet, { to: [receiver], rules: OFF, state }, clock)
    },
    [Symbol.asyncDispose]: () => alerts.close(),
  }
}

test('an outage of the database fires lease-lost once for each wallet, over a restart of the alerts, and is resolved once', async () => {
  const wallets = newWallets()
  await using fleet = await open(wallets, 'first', postgres.proxied)
  await using alerts = await alertsOf(fleet)
  await alerts.pass(120)
  expect(alerts.told()).toEqual([])

  postgres.proxy.set('cut-requests')
  await until(() => fleet.wallets().every(({ reason }) => reason !== null))
  await alerts.pass(55)
  expect(alerts.told()).toEqual([])
  await alerts.pass(60)
  await alerts.restart()
  await alerts.pass(120)
  const summary = 'Nothing can be recorded for the wallet, so nothing is sent'
  expect(alerts.told()).toEqual(wallets.map((wallet) => ['firing', 'critical', summary, wallet]))
  expect(alerts.firing()).toEqual(['lease-lost', 'lease-lost'])

  postgres.proxy.set('pass')
  await until(() => fleet.wallets().every(({ state, reason }) => state === 'open' && reason === null))
  await alerts.pass(200)
  expect(alerts.told().slice(WALLETS)).toEqual(wallets.map((wallet) => ['resolved', 'critical', summary, wallet]))
  expect([alerts.firing(), alerts.counts()]).toEqual([[], 0])
})

test('a lease that another process has taken is told as an event once, and leaves that process to tell the rest', async () => {
  const [wallet = ''] = newWallets()
  await using fleet = await open([wallet], 'first', postgres.proxied)
  const events: BrokerEvent[] = []
  fleet.events$.subscribe((event) => events.push(event))
  await using alerts = await alertsOf(fleet)
  postgres.proxy.set('cut-requests')
  await until(() => fleet.wallets().every(({ reason }) => reason !== null))
  await alerts.pass(90)
  expect(alerts.firing()).toEqual(['lease-lost'])

  await using second = await open([wallet], 'second', postgres.direct)
  await until(() => second.brokers().length === 1)
  postgres.proxy.set('pass')
  await until(() => fleet.wallets().every(({ state }) => state === 'foreign'))
  expect(events.filter(({ type }) => type.startsWith('lease.'))).toEqual([
    {
      version: 1,
      chainId: Number(chain.network.chainId),
      wallet,
      at: expect.any(Number) as number,
      block: expect.any(Number) as number,
      type: 'lease.lost',
      holder: 'first',
      epoch: 1,
      message: expect.stringContaining('lease') as string,
    },
  ])
  expect(JSON.parse(JSON.stringify(events))).toEqual(events)
  await alerts.pass(120)
  expect(alerts.told().map(([status]) => status)).toEqual(['firing', 'resolved'])
  expect(alerts.firing()).toEqual([])
})

import { expect, test } from 'vitest'
import { createMachine } from 'xstate'
import * as alerts from '../../src/alerts/index.ts'
import * as fleet from '../../src/fleet/index.ts'
import * as main from '../../src/index.ts'
import * as metrics from '../../src/metrics/index.ts'
import * as postgres from '../../src/postgres/index.ts'
import * as testing from '../../src/testing/index.ts'
import * as visualizer from '../../src/visualizer/index.ts'

type Given = Record<string, unknown>

const broker = {} as main.Broker
const owner = { chainId: 1n, wallet: `0x${'1'.repeat(40)}` }
const pool = { connect: () => undefined, on: () => undefined }
const machine = createMachine({})
const url = 'https://example.test/hook'
const levels = { trigger: '1', target: '2' }
const nested = (config: Given) => () => main.toPolicy(config, 1n)

/** Each exported function that takes options, called with one that it does not have. */
const calls: Record<string, (options: Given) => unknown> = {
  createBroker: (options) => main.createBroker(options as never),
  indexedDbJournal: (options) => main.indexedDbJournal({ ...owner, ...options }),
  openFileJournal: (options) => main.openFileJournal({ ...owner, ...options }),
  readFileJournal: (options) => main.readFileJournal({ ...owner, ...options }),
  readFileClosing: (options) => main.readFileClosing({ ...owner, ...options }),
  toPolicy: (options) => main.toPolicy(options, 1n),
  toDepositPolicy: (options) => main.toDepositPolicy({ ...levels, ...options }),
  createFleet: (options) => fleet.createFleet({ wallets: [], ...options } as never),
  createMetrics: (options) => metrics.createMetrics(broker, options),
  createAlerts: (options) => alerts.createAlerts(broker, { to: [alerts.slack(url)], ...options }),
  webhook: (options) => alerts.webhook(url, options),
  pagerDuty: (options) => alerts.pagerDuty('0'.repeat(32), options),
  migrate: (options) => postgres.migrate({ pool, ...options } as never),
  postgresJournal: (options) => postgres.postgresJournal({ pool, ...owner, ...options } as never),
  postgresLeases: (options) => postgres.postgresLeases({ pool, ...options } as never),
  createVisualizer: (options) => visualizer.createVisualizer(broker, options),
  recordEntries: (options) => visualizer.recordEntries(broker, { write: () => undefined, ...options }),
  createSimulatedBroker: (options) => testing.createSimulatedBroker(options),
  createSimulatedChain: (options) => testing.createSimulatedChain(options),
  edgePaths: (options) => testing.edgePaths(machine, { events: [], ...options }),
  walk: (options) => testing.walk(machine, { steps: [], input: undefined }, options),
}

/** Those that take no options object. */
const plain = new Set(
  `compactRecords decode decodeRecording encode encodePosition formatOg health isRecordingLine memoryJournal networkName ogToWei
  parseInsufficientBalance paymentsIn recordFromJson recordToJson stateDirectory weiToOg fileAlertState sendTestAlert slack missingEdges`.split(
    /\s+/,
  ),
)

test('each exported function is among them', () => {
  const entries = { ...main, ...alerts, ...fleet, ...metrics, ...postgres, ...testing, ...visualizer }
  const functions = Object.entries(entries).filter(
    ([, value]) => typeof value === 'function' && !Function.prototype.toString.call(value).startsWith('class'),
  )
  const names = functions.map(([name]) => name)
  expect(names.filter((name) => !(name in calls) && !plain.has(name))).toEqual([])
})

test.for(Object.entries(calls))('%s refuses an option that it does not have', async ([, call]) => {
  const refusal = await Promise.resolve()
    .then(() => call({ maxTopup: 1 }))
    .catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(main.InvalidInputError)
  expect((refusal as Error).message).toContain('maxTopup')
})

test.each([
  ['budget', nested({ budget: { amount: '1', per: '1d', pre: '2d' } })],
  ['runway', nested({ runway: { trigger: '1d', target: '2d', max: '3d' } })],
  ['reclaimIdle', nested({ reclaimIdle: { after: '1d', keeps: '1' } })],
  ['anomaly', nested({ anomaly: { factor: 2, forMs: 1, per: '1d' } })],
  ['ledgerReserve', nested({ ledgerReserve: { amount: '1', soft: true, hard: false } })],
  [
    'budget of deposits',
    () => main.toDepositPolicy({ ...levels, budget: { amount: '1', per: '1d', pre: 1 } as never }),
  ],
])('%s has no other fields', (_, call) => {
  expect(call).toThrow(main.InvalidInputError)
})

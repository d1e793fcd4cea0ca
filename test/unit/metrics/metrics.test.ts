import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMetrics, type Sample } from '../../../src/metrics/index.ts'
import { labelsOf } from '../../../src/metrics/family.ts'
import { VERSION } from '../../../src/metrics/version.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'
import { readExposition } from '../../support/exposition.ts'
import { root } from '../../support/markdown.ts'
import { promtoolPath, promtoolSays } from '../../support/promtool.ts'

const OPEN = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const TERMS = { ...EXACT, unsettledFee: false } as const
const promtool = promtoolPath()

/** A wallet with a ledger of 20 OG, of which one sub-account has 2. */
async function funded(more: Parameters<typeof createSimulatedBroker>[0] = {}): Promise<Simulation> {
  const sim = await createSimulatedBroker({ seed: 1, pushesBlocks: false, ...more })
  await sim.until(sim.broker.ledger.addLedger('20'))
  sim.broker.inference.startAutoFunding(sim.provider.address, TERMS)
  await sim.advance('2m')
  return sim
}

const find = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number[] =>
  samples
    .filter(
      (one) =>
        one.name === `og_ledger_${name}` && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )
    .map(({ value }) => value)

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  expect(VERSION).toBe(version)
})

test('both formats say the same samples, and a strict reader takes them', async () => {
  await using sim = await funded()
  const metrics = createMetrics(sim.broker)
  const plain = readExposition(metrics.text(), 'prometheus')
  const open = readExposition(metrics.text({ accept: OPEN }), 'openmetrics')
  expect(open.samples).toEqual(plain.samples)
  expect(plain.samples).toEqual(metrics.samples())
  expect(plain.types.get('og_ledger_top_ups_total')).toBe('counter')
  expect(open.types.get('og_ledger_top_ups')).toBe('counter')
  expect(open.units.get('og_ledger_available_og')).toBe('og')
  expect(open.units.get('og_ledger_reading_duration_seconds')).toBe('seconds')
})

test.runIf(promtool !== undefined)('promtool has nothing to say about the text', async () => {
  await using sim = await funded()
  expect(promtoolSays(promtool ?? '', createMetrics(sim.broker).text())).toBe('')
})

test.each([
  [undefined, 'text/plain; version=0.0.4; charset=utf-8'],
  ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
  ['text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  [OPEN, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
  ['application/openmetrics-text; version=1.0.0; q=0.2, text/plain', 'text/plain; version=0.0.4; charset=utf-8'],
  ['application/openmetrics-text; version=2.0.0', 'text/plain; version=0.0.4; charset=utf-8'],
  ['application/openmetrics-text;q=0', 'text/plain; version=0.0.4; charset=utf-8'],
])('a scraper that accepts %s gets %s', async (accept, contentType) => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  expect(createMetrics(sim.broker).contentTypeOf({ accept })).toBe(contentType)
})

test('what is not known is absent: before the first reading there is no amount, and the broker is not up', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const samples = createMetrics(sim.broker).samples()
  expect(find(samples, 'up')).toEqual([0])
  expect(samples.filter(({ name }) => name.endsWith('_og'))).toEqual([])
  expect(find(samples, 'position_block')).toEqual([])
  expect(find(samples, 'runway_seconds')).toEqual([])
})

test('a funded wallet shows its money, its states and its decision in OG and seconds', async () => {
  await using sim = await funded({ broker: { budget: { amount: '50', per: '24h' } } })
  const samples = createMetrics(sim.broker, { labels: { instance_name: 'a "b" \\ \n c' } }).samples()
  const [up] = samples.filter(({ name }) => name === 'og_ledger_up')
  expect(up).toEqual({
    name: 'og_ledger_up',
    labels: { instance_name: 'a "b" \\ \n c', network: '31337', wallet: sim.broker.wallet },
    value: 1,
  })
  expect([find(samples, 'available_og'), find(samples, 'locked_og')]).toEqual([[18], [2]])
  const of = { provider: sim.provider.address, service: 'inference' }
  expect(find(samples, 'sub_account_available_og', of)).toEqual([2])
  expect(find(samples, 'sub_account_required_og', of)).toEqual([2])
  expect(find(samples, 'sub_account_state', { ...of, state: 'funded' })).toEqual([1])
  expect(find(samples, 'sub_account_state', of)).toEqual([0, 0, 1, 0, 0, 0])
  expect(find(samples, 'decision', { ...of, action: 'hold', reason: 'sufficient' })).toEqual([1])
  expect(find(samples, 'decision')).toEqual([1])
  expect(find(samples, 'budget_remaining_og', { scope: 'all' })).toEqual([48])
  expect(find(samples, 'top_ups_total', { ...of, result: 'mined' })).toEqual([1])
  expect(find(samples, 'topped_up_og_total', of)).toEqual([2])
  expect(find(samples, 'transactions_total', { kind: 'addLedger', result: 'mined' })).toEqual([1])
})

test('no label carries a hash, a message or a URL, whatever fails', async () => {
  await using sim = await funded()
  sim.fail('read', Infinity)
  await sim.advance('5m')
  const values = createMetrics(sim.broker)
    .samples()
    .flatMap(({ labels }) => Object.values(labels))
  expect(values.filter((value) => /^0x[0-9a-f]{64}$|:\/\/| {2,}|\.$/i.test(value))).toEqual([])
  expect(values.every((value) => value.length <= 42)).toBe(true)
})

test('while readings fail up falls after three intervals, and the counters go on', async () => {
  await using sim = await funded()
  const metrics = createMetrics(sim.broker)
  sim.fail('read', Infinity)
  await sim.advance('1m')
  expect(find(metrics.samples(), 'up')).toEqual([1])
  await sim.advance('1m')
  expect(find(metrics.samples(), 'up')).toEqual([0])
  expect(find(metrics.samples(), 'readings_total', { result: 'failed' })[0]).toBeGreaterThan(3)
})

test('the alerts of the broker count beside its own figures, also those that never fired', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const alerts = {
    firing: () => [
      { labels: { alertname: 'gas-low' } },
      { labels: { alertname: 'held-and-low' } },
      { labels: { alertname: 'held-and-low' } },
    ],
    counts: () => ({ 'gas-low': 4, 'held-and-low': 2, anomaly: 0 }),
  }
  const samples = createMetrics(sim.broker, { alerts }).samples()
  const of = (name: string) => ['gas-low', 'held-and-low', 'anomaly'].map((alert) => find(samples, name, { alert })[0])
  expect([of('alerts_total'), of('alerts_firing')]).toEqual([
    [4, 2, 0],
    [1, 2, 0],
  ])
})

test('label values are escaped as the formats want', () => {
  expect(labelsOf({ a: 'quote " back \\ line \n end' }).text).toBe('a="quote \\" back \\\\ line \\n end"')
})

test('a label that og-ledger uses, or whose name does not fit, is refused', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  for (const labels of [{ provider: 'x' }, { 'a-b': 'x' }, { __name__: 'x' }])
    expect(() => createMetrics(sim.broker, { labels })).toThrow('label')
})

test('of more than a hundred wallets the samples become one, unless the wallet is asked for', async () => {
  await using sim = await createSimulatedBroker({ seed: 1, wallets: 3, pushesBlocks: false })
  for (const [index, broker] of sim.brokers.entries()) await sim.until(broker.ledger.addLedger(`${10 + index}`))
  for (const broker of sim.brokers) broker.positions$.subscribe()
  await sim.advance('1m')
  const source = { brokers: () => sim.brokers }
  expect(find(createMetrics(source).samples(), 'available_og')).toEqual([10, 11, 12])
  const merged = createMetrics(source, { wallet: false })
  expect(find(merged.samples(), 'available_og')).toEqual([33])
  expect(find(merged.samples(), 'up')).toEqual([1])
  expect(merged.samples().some(({ labels }) => 'wallet' in labels)).toBe(false)
  readExposition(merged.text({ accept: OPEN }), 'openmetrics')
  const crowd = { brokers: () => Array.from({ length: 101 }, () => sim.broker) }
  expect(find(createMetrics(crowd).samples(), 'available_og')).toEqual([1010])
})

test('the decision about deposits stands beside those about sub-accounts, as that of the ledger', async () => {
  await using sim = await funded({ funds: '60' })
  sim.broker.ledger.startAutoDeposit({ trigger: '100', target: '200' })
  await sim.advance('2m')
  const samples = createMetrics(sim.broker)
    .samples()
    .filter(({ name, labels }) => name === 'og_ledger_decision' && labels['service'] === 'ledger')
  expect(samples.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
    {
      network: expect.any(String) as unknown,
      wallet: sim.broker.wallet,
      service: 'ledger',
      action: 'hold',
      reason: 'wallet-short',
      value: 1,
    },
  ])
})

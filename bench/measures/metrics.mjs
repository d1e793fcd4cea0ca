import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { createMetrics } from '../../dist/src/metrics/index.js'
import { createSimulatedBroker } from '../../dist/src/testing/index.js'

const PROVIDERS = 100
const SCRAPES = 500
const OPEN = 'application/openmetrics-text'

/** What one scrape of a broker with a hundred funded sub-accounts costs, in the process that serves it. */
export async function metrics() {
  const sim = await createSimulatedBroker({ seed: 1, providers: PROVIDERS, funds: '10000', pushesBlocks: false })
  const { broker } = sim
  await sim.until(broker.ledger.addLedger('1000'))
  for (const { address } of sim.providers)
    broker.inference.startAutoFunding(address, { budget: { amount: '50', per: '1d' } })
  await sim.advance('5m')
  const source = createMetrics(broker)
  const plain = scrapes(() => source.text())
  const open = scrapes(() => source.text({ accept: OPEN }))
  await sim.close()
  const row = (what, { cpu, median, bytes, lines }) => ({
    name: `scrape, ${PROVIDERS} sub-accounts: ms of CPU, ${what}`,
    digits: 2,
    reference: null,
    ours: cpu,
    note: `median ${median.toFixed(2)} ms; ${lines} samples, ${(bytes / 1_024).toFixed(0)} kB`,
  })
  return { rows: [row('Prometheus text', plain), row('OpenMetrics', open)], details: { plain, open } }
}

function scrapes(text) {
  // The first ones run before the compiler has optimised the code.
  for (let scrape = 0; scrape < SCRAPES / 5; scrape += 1) text()
  const times = []
  let last = ''
  const before = process.cpuUsage()
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const began = performance.now()
    last = text()
    times.push(performance.now() - began)
  }
  const { user, system } = process.cpuUsage(before)
  return {
    cpu: (user + system) / 1_000 / SCRAPES,
    median: times.toSorted((a, b) => a - b)[Math.floor(SCRAPES / 2)],
    bytes: last.length,
    lines: last.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
  }
}

import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { createSimulatedBroker } from '../../dist/src/testing/index.js'

const DAYS = 1_000
const PROVIDERS = 20
const CHARGES_PER_DAY = 4
/** The most that one charge takes, in 10^-9 OG. */
const LARGEST_CHARGE = 500_000_000
const GIGA = 10n ** 9n

/**
 * A wallet on the simulated contracts, read every hour, with providers that charge at random hours and are filled up to
 * five times their minimum. Blocks come every second: a top-up waits for its block as on a real chain.
 */
export async function simulated({ days = DAYS } = {}) {
  const before = { cpu: process.cpuUsage(), at: performance.now() }
  const sim = await createSimulatedBroker({
    seed: 1,
    providers: PROVIDERS,
    funds: '1000000',
    automine: false,
    broker: { intervalMs: 3_600_000 },
  })
  const { broker, chain, providers } = sim
  let readings = 0
  let charges = 0
  broker.positions$.subscribe(() => (readings += 1))
  await sim.until(broker.ledger.addLedger('900000'))
  for (const { address } of providers) broker.inference.startAutoFunding(address, { target: 5 })
  for (let hour = 0; hour < days * 24; hour += 1) {
    for (const provider of providers) {
      if (chain.random() * 24 >= CHARGES_PER_DAY) continue
      charges += 1
      sim.spend(provider, BigInt(Math.ceil(chain.random() * LARGEST_CHARGE)) * GIGA)
    }
    await sim.advance('1h')
  }
  const seconds = (performance.now() - before.at) / 1_000
  const { user, system } = process.cpuUsage(before.cpu)
  const topUps = broker.inference.autoFundingStatus().reduce((sum, one) => sum + one.topUps, 0)
  const low = (await broker.position()).subAccounts.filter(({ available }) => available < 2n * 10n ** 18n).length
  await sim.close()
  const ours = (name, value, digits, note) => ({
    name: `simulated: ${name}`,
    reference: null,
    ours: value,
    digits,
    note,
  })
  return {
    rows: [
      ours(`seconds for ${days} days`, seconds, 1, `${((user + system) / 1e6).toFixed(1)} s of CPU`),
      ours(
        'microseconds per reading',
        (seconds * 1e6) / readings,
        0,
        `${readings} readings, ${charges} charges, ${topUps} top-ups`,
      ),
    ],
    details: { days, providers: PROVIDERS, readings, charges, topUps, low, seconds, daysPerSecond: days / seconds },
  }
}

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
 * A wallet on the simulated contracts, with providers that charge at random hours and are filled up to five times their
 * minimum. Blocks come every second: a top-up waits for its block as on a real chain.
 */
export async function simulated() {
  const measured = []
  for (const hours of [1, 4, 12]) measured.push(await live(hours))
  const row = ({ hours, seconds, cpu, readings, charges, topUps }) => ({
    name: `simulated: s for ${DAYS} days, read ${hours === 1 ? 'hourly' : `every ${hours} h`}`,
    digits: 1,
    reference: null,
    ours: seconds,
    note: `${cpu.toFixed(1)} s of CPU; ${readings} readings, ${charges} charges, ${topUps} top-ups`,
  })
  return { rows: measured.map(row), details: measured }
}

async function live(hours) {
  const before = { cpu: process.cpuUsage(), at: performance.now() }
  const intervalMs = hours * 3_600_000
  const options = { seed: 1, providers: PROVIDERS, funds: '1000000', automine: false, broker: { intervalMs } }
  const sim = await createSimulatedBroker(options)
  const { broker, chain, providers } = sim
  let readings = 0
  let charges = 0
  broker.positions$.subscribe(() => (readings += 1))
  await sim.until(broker.ledger.addLedger('900000'))
  for (const { address } of providers) broker.inference.startAutoFunding(address, { target: 5 })
  for (let hour = 0; hour < DAYS * 24; hour += 1) {
    for (const provider of providers) {
      if (chain.random() * 24 >= CHARGES_PER_DAY) continue
      charges += 1
      chain.spend(provider.address, broker.wallet, BigInt(Math.ceil(chain.random() * LARGEST_CHARGE)) * GIGA)
    }
    await sim.advance('1h')
  }
  const topUps = broker.inference.autoFundingStatus().reduce((sum, one) => sum + one.topUps, 0)
  await sim.close()
  const { user, system } = process.cpuUsage(before.cpu)
  const seconds = (performance.now() - before.at) / 1_000
  return { hours, readings, charges, topUps, seconds, cpu: (user + system) / 1e6, daysPerSecond: DAYS / seconds }
}

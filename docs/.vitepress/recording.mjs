import { createSimulatedBroker } from '../../dist/src/testing/index.js'
import { recordEntries } from '../../dist/src/visualizer/index.js'

const HOURS = 40

/**
 * The history that the live copy of the page plays: two days of a wallet with four providers on the simulated contracts. One
 * asks money back and claims it, one charges much more than before, and the ledger runs short once.
 *
 * @returns JSON lines as of `watch --record`
 */
export async function recordHistory() {
  const sim = await createSimulatedBroker({
    seed: 7,
    providers: { inference: 3, fineTuning: 1 },
    broker: { intervalMs: 600_000, budget: { amount: '40', per: '24h' } },
  })
  const { broker, providers } = sim
  const lines = []
  const recorder = recordEntries(broker, { write: (line) => lines.push(JSON.parse(line)) })
  await broker.ledger.addLedger('30')
  for (const { address, serviceType } of providers)
    managerOf(broker, serviceType).startAutoFunding(address, { maxTopUp: '4' })
  await sim.advance('10m')
  for (let hour = 0; hour < HOURS; hour += 1) {
    for (const [index, one] of providers.entries()) {
      if (index === 2 && hour > 20) continue
      // In thousandths of an OG; one provider charges ten times as much for some hours.
      const amount = index === 1 && hour > 24 && hour < 30 ? 1_200n : 80n + 40n * BigInt(index)
      sim.chain.spend(one.address, broker.wallet, amount * 10n ** 15n, one.serviceType)
    }
    if (hour === 22) {
      broker.inference.stopAutoFunding(providers[2].address)
      await broker.ledger.retrieveFundFromProvider(providers[2].address, 'inference')
    }
    if (hour === 34) await broker.ledger.depositFund('20')
    await sim.advance('1h')
  }
  recorder[Symbol.dispose]()
  await sim.close()
  return playable(lines)
}

const managerOf = (broker, serviceType) => (serviceType === 'inference' ? broker.inference : broker.fineTuning)

/** A simulated day passes within a second; here each entry is at its block's time. */
function playable(lines) {
  let last = 0
  const timed = lines.map((line) => {
    if (line.type !== 'entry') return line
    last = Math.max(last + 1, (line.block?.timestamp ?? 0) * 1_000)
    return { ...line, at: last }
  })
  return `${timed.map((line) => JSON.stringify(line)).join('\n')}\n`
}

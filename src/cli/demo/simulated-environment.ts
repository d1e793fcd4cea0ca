import { randomInt } from 'node:crypto'
import { createSimulatedBroker, type ContractEvent, type Simulation } from '../../testing/index.ts'
import {
  INTERVAL_MS,
  nameOf,
  type BalanceChange,
  type DemoProvider,
  type DemoEnvironment,
  type DemoEnvironmentOptions,
} from './environment.ts'
import { modelName } from './names.ts'
import { startPacing } from './pacing.ts'

const FUNDS = '100000'

/** The simulated contracts, with a block every second of simulated time. */
export async function openSimulatedEnvironment({
  inferenceProviders,
  fineTuningProviders,
  speed,
}: DemoEnvironmentOptions & { speed: number }): Promise<DemoEnvironment> {
  const sim = await createSimulatedBroker({
    seed: randomInt(2 ** 32),
    providers: { inference: inferenceProviders, fineTuning: fineTuningProviders },
    funds: FUNDS,
    automine: false,
    broker: { intervalMs: INTERVAL_MS },
  })
  const { broker, chain } = sim
  for (const [index, { address, serviceType }] of sim.providers.entries()) {
    if (serviceType !== 'inference') continue
    chain.changeOffer(address, { model: modelName(index) })
    chain.setAccepted(address, true)
  }
  const changes: BalanceChange[] = []
  chain.onEvent((event, { number }) => {
    const change = changeOf(event, broker.wallet)
    if (change) changes.push({ ...change, blockNumber: number })
  })
  const pacing = startPacing(sim, speed)
  return {
    broker,
    providers: sim.providers.map((provider, index) => ({
      ...provider,
      name: nameOf(provider, index),
      settle: settleOn(sim, provider),
    })),
    speed: pacing.reached,
    failure: pacing.failure,
    sleep: pacing.sleep,
    history: (toBlock) => Promise.resolve(changes.filter(({ blockNumber }) => blockNumber <= toBlock)),
    transactionCount: (block) =>
      chain.connect(broker.wallet).transactions?.transactionCount(block) ?? Promise.resolve(0),
    async stop() {
      await pacing.stop()
      await sim.close()
    },
  }
}

/** Charges, and resolves with the next block, which contains the charge. */
function settleOn({ chain }: Simulation, provider: Omit<DemoProvider, 'settle' | 'name'>): DemoProvider['settle'] {
  return (user, fee) =>
    new Promise((resolve) => {
      const blockNumber = chain.head().number + 1
      const stop = chain.onBlock((head) => {
        if (head < blockNumber) return
        stop()
        resolve({ blockNumber })
      })
      chain.spend(provider.address, user, fee, provider.serviceType)
    })
}

/** The balance that an event states: both services emit the same event for every transfer and every settlement. */
function changeOf({ contract, name, args }: ContractEvent, wallet: string): Omit<BalanceChange, 'blockNumber'> | null {
  const { user, provider, amount, pendingRefund } = args
  if (name !== 'BalanceUpdated' || user !== wallet || typeof provider !== 'string') return null
  if (typeof amount !== 'bigint' || typeof pendingRefund !== 'bigint') return null
  const serviceType = contract === 'inference' ? 'inference' : 'fine-tuning'
  return { provider, serviceType, available: amount - pendingRefund }
}

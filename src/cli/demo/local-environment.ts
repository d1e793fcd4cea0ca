import { setTimeout as sleep } from 'node:timers/promises'
import { createBroker, memoryJournal } from '../../index.ts'
import { startDemoChain } from '../../local/demo.ts'
import { modelName } from './names.ts'
import { INTERVAL_MS, nameOf, type DemoEnvironment, type DemoEnvironmentOptions } from './environment.ts'

const BLOCK_TIME = 1

/** The real contracts on a local chain, with a block every second. */
export async function openLocalEnvironment(options: DemoEnvironmentOptions): Promise<DemoEnvironment> {
  const chain = await startDemoChain({ ...options, blockTime: BLOCK_TIME, modelOf: modelName })
  try {
    const broker = await createBroker({
      signer: chain.wallet,
      network: chain.network,
      intervalMs: INTERVAL_MS,
      journal: memoryJournal(),
    })
    return {
      broker,
      providers: chain.providers.map((provider, index) => ({
        ...provider,
        name: nameOf(provider, index),
        settle: provider.settle,
      })),
      speed: () => null,
      failure: chain.anvil.exited.then(() => new Error('The local chain ended by itself.')),
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
      history: chain.history,
      transactionCount: chain.transactionCount,
      async stop() {
        await broker.close()
        await chain.stop()
      },
    }
  } catch (error) {
    await chain.stop()
    throw error
  }
}

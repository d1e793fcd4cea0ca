import { localChain, type LocalChain } from './chain.ts'
import { startProxy, type Proxy } from './proxy.ts'

/** A chain with three inference providers whose time runs ahead of the wall clock, and a proxy before its node. */
export type ChaosChain = { chain: LocalChain; proxy: Proxy; [Symbol.asyncDispose](): Promise<void> }

export async function startChaosChain(): Promise<ChaosChain> {
  const chain = await localChain({ inferenceProviders: 3, fineTuningProviders: 0 })
  // Waits that are counted in block time are short then.
  await chain.provider.send('anvil_setBlockTimestampInterval', [2])
  const proxy = await startProxy(chain.anvil.url)
  return {
    chain,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy.stop()
      await chain[Symbol.asyncDispose]()
    },
  }
}

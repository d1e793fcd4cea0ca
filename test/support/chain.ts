import { gunzipSync, gzipSync } from 'node:zlib'
import { JsonRpcProvider, Network, type Wallet } from 'ethers'
import type { NetworkConfig } from '../../src/chain/networks.ts'
import { startAnvil, type Anvil } from '../../src/local/anvil.ts'
import { deployContracts, deployedContracts, type DeployOptions, type LocalContracts } from '../../src/local/deploy.ts'
import { registerFineTuningProvider, registerInferenceProvider, type LocalProvider } from '../../src/local/providers.ts'
import { testWallet } from '../../src/local/wallets.ts'

export type LocalChainOptions = {
  /** Seconds between blocks; without it every transaction gets its own block at once. */
  blockTime?: number
  lockTime?: number
  multicall3?: boolean
  /** How many, 2 by default. */
  inferenceProviders?: number
  /** How many, 1 by default. */
  fineTuningProviders?: number
  /** How many users, 3 by default. */
  wallets?: number
}

/** The real contracts on a chain of this test's own, with providers that charge on demand. */
export type LocalChain = {
  anvil: Anvil
  /** Without ethers' caches. */
  provider: JsonRpcProvider
  contracts: LocalContracts
  network: NetworkConfig
  /** Users with 100,000 OG and no transactions: none of them owns the contracts or is a provider. */
  wallets: Wallet[]
  inference: LocalProvider[]
  fineTuning: LocalProvider[]
  /** Takes a snapshot of the chain; the returned function reverts to it, as often as it is called. */
  snapshot(): Promise<() => Promise<void>>
  mine(blocks?: number): Promise<void>
  /** Mines a block whose time is that many seconds later. */
  warp(seconds: number): Promise<void>
  /** While it is off, transactions wait in the pool until mine(). */
  setAutomine(on: boolean): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function localChain(options: LocalChainOptions = {}): Promise<LocalChain> {
  const { blockTime, inferenceProviders = 2, fineTuningProviders = 1, wallets = 3, ...deployment } = options
  const anvil = await startAnvil({
    accounts: 1 + inferenceProviders + fineTuningProviders + wallets,
    ...(blockTime === undefined ? {} : { blockTime }),
  })
  const provider = connect(anvil.url)
  const dispose = async () => {
    provider.destroy()
    await anvil.stop()
  }
  try {
    let account = 0
    const several = (count: number) => Array.from({ length: count }, () => testWallet(account++, provider))
    const contracts = await contractsOn(provider, testWallet(account++, provider), deployment)
    // One after the other: registrations sent at once run into each other's blocks and gas estimates.
    const inference = await eachInTurn(several(inferenceProviders), (wallet) =>
      registerInferenceProvider(contracts, wallet),
    )
    const fineTuning = await eachInTurn(several(fineTuningProviders), (wallet) =>
      registerFineTuningProvider(contracts, wallet),
    )
    const send = (method: string, ...params: unknown[]) => provider.send(method, params)
    return {
      anvil,
      provider,
      contracts,
      network: { ...contracts.network, rpcUrl: anvil.url },
      wallets: several(wallets),
      inference,
      fineTuning,
      snapshot: async () => {
        let id: unknown = await send('evm_snapshot')
        return async () => {
          await send('evm_revert', id)
          // Anvil drops a snapshot when it reverts to it.
          id = await send('evm_snapshot')
        }
      },
      mine: (blocks = 1) => send('anvil_mine', `0x${blocks.toString(16)}`),
      warp: async (seconds) => {
        await send('evm_increaseTime', seconds)
        await send('evm_mine')
      },
      setAutomine: (on) => send('evm_setAutomine', on),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** The accounts of a chain with the deployed contracts, as anvil dumps them, by the options of the deployment. */
const states = new Map<string, string>()

/** Deploys the contracts once per worker and set of options: each further chain loads the accounts of the first one. */
async function contractsOn(provider: JsonRpcProvider, owner: Wallet, options: DeployOptions): Promise<LocalContracts> {
  const key = JSON.stringify(options)
  const state = states.get(key)
  if (state === undefined) {
    const contracts = await deployContracts(provider, owner, options)
    states.set(key, withoutBlocks(await provider.send('anvil_dumpState', [])))
    return contracts
  }
  await provider.send('anvil_loadState', [state])
  await provider.send('evm_mine', [])
  return deployedContracts(owner)
}

/** Leaves the blocks out of a dump: they are older than the chain that loads them, and would distort its block time. */
function withoutBlocks(dump: string): string {
  const state = JSON.parse(gunzipSync(Buffer.from(dump.slice(2), 'hex')).toString()) as Record<string, unknown>
  const accounts = { ...state, block: null, best_block_number: null, blocks: [], transactions: [] }
  return `0x${gzipSync(JSON.stringify(accounts)).toString('hex')}`
}

/** A provider without ethers' own delays and caches, so that a test sees the chain as it is. */
export function connect(url: string): JsonRpcProvider {
  const network = Network.from(31337)
  return new JsonRpcProvider(url, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    batchStallTime: 0,
    pollingInterval: 20,
  })
}

/** Does the work for one item after the other, and keeps their order. */
async function eachInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}

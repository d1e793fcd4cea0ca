import { JsonRpcProvider, Network, type Contract, type Wallet } from 'ethers'
import type { NetworkConfig } from '../chain/networks.ts'
import { startAnvil, type Anvil } from './anvil.ts'
import { deployContracts, type LocalContracts } from './deploy.ts'
import { startHttpProvider, type HttpProvider, type HttpProviderOptions } from './http-provider.ts'
import { registerFineTuningProvider, registerInferenceProvider, type LocalProvider } from './providers.ts'
import { testWallet } from './wallets.ts'

/** The available balance that one transaction left in a sub-account. */
export type BalanceChange = {
  provider: string
  serviceType: LocalProvider['serviceType']
  blockNumber: number
  transactionHash: string
  /** Its place in the block. */
  logIndex: number
  /** After the transaction, in wei. */
  available: bigint
}

/** A chain with the real contracts, providers that charge, and a wallet without any transaction. */
export type DemoChain = {
  anvil: Anvil
  network: NetworkConfig
  /** Connected to the chain; it owns 100,000 OG. */
  wallet: Wallet
  providers: readonly LocalProvider[]
  /** Every change of the wallet's sub-accounts since the first block, in the order of the chain. */
  history(toBlock: number): Promise<BalanceChange[]>
  /** Starts the HTTP server of the first provider. It ends with `stop()` of its own. */
  serveHttp(options?: HttpProviderOptions): Promise<HttpProvider>
  /** How many transactions the wallet has on the chain. */
  transactionCount(blockNumber: number): Promise<number>
  stop(): Promise<void>
}

export type DemoChainOptions = {
  /** Seconds between blocks. */
  blockTime: number
  inferenceProviders: number
  fineTuningProviders: number
  /** The model of each provider of inference, by its index. */
  modelOf?: (index: number) => string
}

const CHAIN_ID = 31337
/** Accounts before it: the contracts' owner and the user. */
const FIRST_PROVIDER = 2

/** Starts a chain, deploys the contracts and registers the providers. It ends with `stop()`, or with this process. */
export async function startDemoChain(options: DemoChainOptions): Promise<DemoChain> {
  const { blockTime, inferenceProviders, fineTuningProviders, modelOf = (index) => `demo-model-${index + 1}` } = options
  const accounts = 2 + inferenceProviders + fineTuningProviders
  const anvil = await startAnvil({ blockTime, accounts, chainId: CHAIN_ID })
  const network = Network.from(CHAIN_ID)
  const provider = new JsonRpcProvider(anvil.url, network, { staticNetwork: network, cacheTimeout: -1 })
  const stop = async () => {
    provider.destroy()
    await anvil.stop()
  }
  try {
    const [owner, wallet, ...others] = Array.from({ length: accounts }, (_, index) => testWallet(index, provider))
    if (!owner || !wallet) throw new Error('The chain has too few accounts.')
    const contracts = await deployContracts(provider, owner)
    const providers = await Promise.all(
      others.map((one, index) =>
        index < inferenceProviders
          ? registerInferenceProvider(contracts, one, { model: modelOf(index) })
          : registerFineTuningProvider(contracts, one),
      ),
    )
    return {
      anvil,
      network: { ...contracts.network, rpcUrl: anvil.url },
      wallet,
      providers,
      history: (toBlock) => historyOf(contracts, wallet.address, toBlock),
      serveHttp: (http) => startHttpProvider(contracts, testWallet(FIRST_PROVIDER, provider), http),
      transactionCount: (blockNumber) => provider.getTransactionCount(wallet.address, blockNumber),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function historyOf(contracts: LocalContracts, user: string, toBlock: number): Promise<BalanceChange[]> {
  const changes = await Promise.all([
    changesOf(contracts.inference, 'inference', { user, toBlock }),
    changesOf(contracts.fineTuning, 'fine-tuning', { user, toBlock }),
  ])
  return changes.flat().toSorted((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
}

/** Both services emit one event with the new balance after every transfer and every settlement. */
async function changesOf(
  serving: Contract,
  serviceType: LocalProvider['serviceType'],
  { user, toBlock }: { user: string; toBlock: number },
): Promise<BalanceChange[]> {
  const logs = await serving.queryFilter('BalanceUpdated', 0, toBlock)
  return logs.flatMap(({ topics, data, blockNumber, transactionHash, index: logIndex }) => {
    const { args } = serving.interface.parseLog({ topics, data }) ?? {}
    if (args?.['user'] !== user) return []
    const { provider, amount, pendingRefund } = args as unknown as Record<'amount' | 'pendingRefund', bigint> & {
      provider: string
    }
    return [{ provider, serviceType, blockNumber, transactionHash, logIndex, available: amount - pendingRefund }]
  })
}

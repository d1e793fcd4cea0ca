import { JsonRpcProvider, Network } from 'ethers'
import { startAnvil } from '../dist/src/local/anvil.js'
import { deployContracts } from '../dist/src/local/deploy.js'
import { startHttpProvider } from '../dist/src/local/http-provider.js'
import { registerInferenceProvider } from '../dist/src/local/providers.js'
import { callOf, transact } from '../dist/src/local/transact.js'
import { testWallet } from '../dist/src/local/wallets.js'
import { until } from './numbers.mjs'

export const OG = 10n ** 18n

const CHAIN_ID = 31337
const PROVIDERS = 50
const WALLETS = 50

/** The real contracts on a chain of their own with a block per second, and fifty providers at one HTTP endpoint. */
export async function startChain(endpointUrl) {
  const anvil = await startAnvil({ blockTime: 1, accounts: 1 + PROVIDERS + WALLETS, chainId: CHAIN_ID })
  const network = Network.from(CHAIN_ID)
  const provider = new JsonRpcProvider(anvil.url, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    batchStallTime: 0,
  })
  let account = 0
  const nextWallet = () => testWallet(account++, provider)
  const contracts = await deployContracts(provider, nextWallet())
  const { ledger, inference } = contracts
  const providers = await Promise.all(
    Array.from({ length: PROVIDERS }, nextWallet).map((wallet) =>
      registerInferenceProvider(contracts, wallet, { url: endpointUrl }),
    ),
  )

  return {
    url: anvil.url,
    network: { ...contracts.network },
    providers,
    /** A wallet with a ledger and a sub-account of `amount` with each provider. */
    async wallet({ deposit, providers, amount }) {
      const wallet = nextWallet()
      const calls = [
        callOf(ledger, 'addLedger', [''], deposit),
        ...providers.map(({ address }) => callOf(ledger, 'transferFund', [address, 'inference-v1.0', amount])),
      ]
      await transact(wallet, calls, { atOnce: true })
      return wallet
    },
    /** A provider that serves over HTTP, with the live providers' reserve and a fee of theirs. */
    httpProvider: () => startHttpProvider(contracts, nextWallet()),
    block: () => provider.getBlockNumber(),
    /** Blocks mined at once have no rhythm: a past with a block per second is what every client shall see. */
    rhythm: () => provider.send('anvil_mine', ['0x18', '0x1']),
    /** Resolves as soon as another block is mined. */
    async nextBlock() {
      const before = await provider.getBlockNumber()
      await until(async () => (await provider.getBlockNumber()) > before, { withinMs: 10_000, everyMs: 10 })
    },
    /** What a provider may charge, in wei. */
    async available({ address: user }, { address }) {
      const { balance, pendingRefund } = await inference.getAccount(user, address)
      return balance - pendingRefund
    },
    /** What is left in the ledger, in wei. */
    async unallocated({ address: user }) {
      return (await ledger.getLedger(user)).availableBalance
    },
    /** Blocks after `block` in which the balance of a sub-account of this wallet grew, or shrank, oldest first. */
    async changes({ address: user }, block) {
      const logs = await inference.queryFilter(inference.filters.BalanceUpdated(user), block)
      return logs.map(({ blockNumber }) => blockNumber).filter((number) => number > block)
    },
    /** Whether every transaction of the wallet is mined. */
    async quiet({ address }) {
      const [mined, known] = await Promise.all(
        ['latest', 'pending'].map((tag) => provider.getTransactionCount(address, tag)),
      )
      return mined === known
    },
    transactions: ({ address }) => provider.getTransactionCount(address, 'latest'),
    async stop() {
      provider.destroy()
      await anvil.stop()
    },
  }
}

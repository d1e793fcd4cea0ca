import { JsonRpcProvider, Network, parseEther, type Wallet } from 'ethers'
import type { NetworkConfig } from '../chain/networks.ts'
import { startAnvil, type Anvil } from './anvil.ts'
import { deployContracts, type LocalContracts } from './deploy.ts'
import { registerInferenceProvider } from './providers.ts'
import { settleTogether } from './settlements.ts'
import { callOf, transact } from './transact.ts'
import { testWallet } from './wallets.ts'

/** A charge, or a payment: a wallet, a provider and an amount in wei. */
export type Movement = { wallet: string; provider: string; amount: bigint }

/** A chain with the real contracts, and many wallets that each have a sub-account with every provider. */
export type FleetChain = {
  anvil: Anvil
  network: NetworkConfig
  providers: readonly string[]
  wallets: readonly string[]
  /** Accounts of the test phrase: the first and the last wallet. */
  range: { from: number; to: number }
  /** Charges every wallet, in one transaction for each provider. */
  charge(movements: readonly Movement[]): Promise<void>
  /** What each provider may charge of each wallet now. */
  available(): Promise<Movement[]>
  /** Every transfer of a wallet to a provider that was mined since a block. */
  transfers(fromBlock: number): Promise<Movement[]>
  head(): Promise<number>
  stop(): Promise<void>
}

export type FleetChainOptions = {
  wallets: number
  providers: number
  /** What each sub-account begins with, in wei. */
  funds: bigint
}

const CHAIN_ID = 31337
const BLOCK_TIME = 1
const LEDGER = parseEther('500')
/** So many wallets open their ledgers at once. */
const AT_ONCE = 10

/** Starts it, and opens every ledger. It ends with `stop()`, or with this process. */
export async function startFleetChain(options: FleetChainOptions): Promise<FleetChain> {
  const { wallets: walletCount, providers: providerCount, funds } = options
  const from = 1 + providerCount
  const accounts = from + walletCount
  const anvil = await startAnvil({ blockTime: BLOCK_TIME, accounts, chainId: CHAIN_ID })
  const network = Network.from(CHAIN_ID)
  const provider = new JsonRpcProvider(anvil.url, network, { staticNetwork: network, cacheTimeout: -1 })
  const stop = async (): Promise<void> => {
    provider.destroy()
    await anvil.stop()
  }
  try {
    const signers = Array.from({ length: accounts }, (_, index) => testWallet(index, provider))
    const [owner] = signers
    if (!owner) throw new Error('The chain has too few accounts.')
    const contracts = await deployContracts(provider, owner)
    const sellers = signers.slice(1, from)
    for (const seller of sellers) await registerInferenceProvider(contracts, seller)
    const buyers = signers.slice(from)
    for (let first = 0; first < buyers.length; first += AT_ONCE)
      await Promise.all(
        buyers.slice(first, first + AT_ONCE).map((buyer) => openLedger(contracts, buyer, { sellers, funds })),
      )
    return {
      ...chainOf(contracts, { provider, sellers, buyers }),
      anvil,
      network: contracts.network,
      range: { from, to: accounts - 1 },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openLedger(
  { ledger }: LocalContracts,
  buyer: Wallet,
  { sellers, funds }: { sellers: readonly Wallet[]; funds: bigint },
): Promise<void> {
  const transfers = sellers.map(({ address }) => callOf(ledger, 'transferFund', [address, 'inference-v1.0', funds]))
  await transact(buyer, [callOf(ledger, 'addLedger', [''], LEDGER), ...transfers], { atOnce: true })
}

type Parts = { provider: JsonRpcProvider; sellers: readonly Wallet[]; buyers: readonly Wallet[] }

function chainOf({ ledger, inference }: LocalContracts, { provider, sellers, buyers }: Parts) {
  const wallets = buyers.map(({ address }) => address)
  const known = new Set(wallets)
  let nonce = BigInt(Date.now())
  const head = async () => Number(await provider.send('eth_blockNumber', []))

  return {
    providers: sellers.map(({ address }) => address),
    wallets,
    head,
    async charge(movements: readonly Movement[]): Promise<void> {
      const settlementsOf = (seller: Wallet) =>
        movements
          .filter(({ provider: address }) => address === seller.address)
          .map(({ wallet, amount }) => ({ user: wallet, fee: amount, nonce: (nonce += 1n) }))
      await Promise.all(sellers.map((seller) => settleTogether(inference, seller, settlementsOf(seller))))
    },
    async available(): Promise<Movement[]> {
      const pairs = wallets.flatMap((wallet) => sellers.map(({ address }) => ({ wallet, provider: address })))
      return Promise.all(
        pairs.map(async (pair) => {
          const account = (await inference.getFunction('getAccount')(pair.wallet, pair.provider)) as Record<
            'balance' | 'pendingRefund',
            bigint
          >
          return { ...pair, amount: account.balance - account.pendingRefund }
        }),
      )
    },
    async transfers(fromBlock: number): Promise<Movement[]> {
      const last = await head()
      const numbers = Array.from({ length: last - fromBlock + 1 }, (_, index) => fromBlock + index)
      const blocks = await Promise.all(numbers.map((number) => provider.getBlock(number, true)))
      const found = blocks.flatMap((block) => block?.prefetchedTransactions ?? []).filter((one) => known.has(one.from))
      const mined = await Promise.all(
        found.map(async ({ hash, from, data }) => {
          const receipt = await provider.getTransactionReceipt(hash)
          const call = ledger.interface.parseTransaction({ data })
          if (receipt?.status !== 1 || call?.name !== 'transferFund') return []
          const [to, , amount] = call.args as unknown as [string, string, bigint]
          return [{ wallet: from, provider: to, amount }]
        }),
      )
      return mined.flat()
    },
  }
}

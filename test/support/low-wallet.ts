import { parseEther, Wallet } from 'ethers'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import type { LocalChain } from './chain.ts'

/** The available amount that auto-funding requires by default: 2 × 1 OG. */
export const REQUIRED = parseEther('2')

export type LowWallet = {
  wallet: Wallet
  /** Nonce of the first transaction that a broker will send. */
  nonce: number
  /** The deficit of each sub-account, by provider. */
  needed: ReadonlyMap<string, bigint>
  available: bigint
}

let count = 0

/**
 * A new wallet with a ledger of 500 OG and a drained sub-account with each provider. Each deficit to the required 2 OG has
 * an amount of its own, so that a test tells one payment from another.
 */
export async function lowWallet(chain: LocalChain, providers: readonly LocalProvider[]): Promise<LowWallet> {
  const wallet = Wallet.createRandom(chain.provider)
  const signer = new Wallet(wallet.privateKey, chain.provider)
  await chain.provider.send('anvil_setBalance', [signer.address, '0x3635c9adc5dea00000'])
  const { ledger } = chain.contracts
  await transact(
    signer,
    [
      callOf(ledger, 'addLedger', [''], parseEther('500')),
      ...providers.map(({ address, serviceType }) =>
        callOf(ledger, 'transferFund', [address, `${serviceType}-v1.0`, REQUIRED]),
      ),
    ],
    { atOnce: true },
  )
  count += 1
  const needed = new Map(
    providers.map(({ address }, index) => [address, parseEther('1.5') + BigInt(count * 100 + index)]),
  )
  await Promise.all(providers.map((provider) => provider.settle(signer.address, needed.get(provider.address) ?? 0n)))
  const [, available] = (await ledger.getFunction('getLedger')(signer.address)) as [string, bigint]
  return { wallet: signer, nonce: await signer.getNonce(), needed, available }
}

export type Outcome = {
  /** Amounts of the mined transfers to each provider, in order. */
  paid: Record<string, bigint[]>
  /** Sub-account balances. */
  balances: Record<string, bigint>
  /** The amount that left the ledger. */
  spent: bigint
  /** How many nonces were spent since the wallet is low, and how many wait in the pool. */
  mined: number
  waiting: number
}

/** The payments of a low wallet, from the chain's own blocks. */
export async function outcomeOf(chain: LocalChain, low: LowWallet): Promise<Outcome> {
  const { ledger, inference } = chain.contracts
  const address = low.wallet.address
  const head = await chain.provider.getBlockNumber()
  const blocks = await Promise.all(
    Array.from({ length: head + 1 }, (_, number) => chain.provider.getBlock(number, true)),
  )
  const transfers = blocks
    .flatMap((block) => block?.prefetchedTransactions ?? [])
    .filter(({ from, nonce }) => from === address && nonce >= low.nonce)
    // A transfer of nothing that fills a gap between nonces is no call.
    .flatMap(({ data }) => ledger.interface.parseTransaction({ data }) ?? [])
  const paid: Record<string, bigint[]> = {}
  for (const transfer of transfers) {
    const [provider, , amount] = transfer.args as unknown as [string, string, bigint]
    paid[provider] = [...(paid[provider] ?? []), amount]
  }
  const balances: Record<string, bigint> = {}
  for (const provider of low.needed.keys()) {
    const account = (await inference.getFunction('getAccount')(address, provider)) as { balance: bigint }
    balances[provider] = account.balance
  }
  const [, available] = (await ledger.getFunction('getLedger')(address)) as [string, bigint]
  const [latest, pending] = await Promise.all([
    chain.provider.getTransactionCount(address, 'latest'),
    chain.provider.getTransactionCount(address, 'pending'),
  ])
  return { paid, balances, spent: low.available - available, mined: latest - low.nonce, waiting: pending - latest }
}

/** The outcome in which each deficit is paid exactly once, nothing else is sent, and no nonce waits. */
export function paidOnce({ needed }: LowWallet): Outcome {
  const deficits = [...needed]
  return {
    paid: Object.fromEntries(deficits.map(([provider, amount]) => [provider, [amount]])),
    balances: Object.fromEntries(deficits.map(([provider]) => [provider, REQUIRED])),
    spent: deficits.reduce((sum, [, amount]) => sum + amount, 0n),
    mined: deficits.length,
    waiting: 0,
  }
}

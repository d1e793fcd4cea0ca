import { getAddress, parseEther as og, toBeHex, type Wallet } from 'ethers'
import type { ServiceType } from '../../machines/index.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../src/local/transact.ts'
import type { LocalChain } from './chain.ts'

/** Addresses that hold sub-accounts and never charge. */
export const strangers: readonly string[] = Array.from({ length: 30 }, (_, index) => getAddress(toBeHex(index + 1, 20)))

/** Calls that a wallet makes without og-ledger, as any other tool would. */
export function callsOn({ contracts: { ledger, inference } }: LocalChain) {
  const name = (service: ServiceType) => `${service}-v1.0`
  return {
    open: (amount: string): Call => callOf(ledger, 'addLedger', [''], og(amount)),
    transfer: (provider: string, amount: string, service: ServiceType = 'inference'): Call =>
      callOf(ledger, 'transferFund', [provider, name(service), og(amount)]),
    retrieve: (providers: readonly string[], service: ServiceType = 'inference'): Call => ({
      ...callOf(ledger, 'retrieveFund', [providers, name(service)]),
      gasLimit: 5_000_000,
    }),
    revokeToken: (provider: string): Call => callOf(inference, 'revokeToken', [provider, 0]),
  }
}

/** Five refunds of 1 OG in all: each transfer cancels a part of the newest refund, and a retrieve asks for that part again. */
export function fillRefunds(chain: LocalChain, provider: string, service: ServiceType): Call[] {
  const { transfer, retrieve } = callsOn(chain)
  return [
    transfer(provider, '1', service),
    retrieve([provider], service),
    ...['0.5', '0.25', '0.125', '0.0625'].flatMap((amount) => [
      transfer(provider, amount, service),
      retrieve([provider], service),
    ]),
  ]
}

/**
 * Gives a wallet 45 sub-accounts in both services: with five refunds and a free amount that has no place for a sixth;
 * drained, and drained while refunding; with revoked tokens; with money that no refund covers.
 *
 * @returns what providers settled
 */
export async function crowd(chain: LocalChain, wallet: Wallet): Promise<bigint> {
  const [alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  const [tuner] = chain.fineTuning as [LocalProvider]
  const { open, transfer, retrieve, revokeToken } = callsOn(chain)
  const [full = '', busy = '', ...quiet] = strangers
  await transact(wallet, [
    open('500'),
    ...[alice, bob, tuner].map(({ address, serviceType }) => transfer(address, '3', serviceType)),
    ...[full, busy].flatMap((provider) => fillRefunds(chain, provider, 'inference')),
    ...fillRefunds(chain, full, 'fine-tuning'),
    // The contract has no place left for a refund of this.
    transfer(busy, '0.01'),
    ...quiet.slice(0, 21).map((provider) => transfer(provider, '1.5')),
    ...quiet.slice(0, 18).map((provider) => transfer(provider, '2', 'fine-tuning')),
    revokeToken(quiet[0] ?? ''),
    retrieve([alice.address, quiet[3] ?? '']),
    retrieve([tuner.address, quiet[4] ?? ''], 'fine-tuning'),
  ])
  const fees: [LocalProvider, bigint][] = [
    [alice, og('2.25')],
    [bob, og('3')],
    [tuner, og('1') + 1n],
  ]
  for (const [provider, fee] of fees) await provider.settle(wallet.address, fee)
  return fees.reduce((sum, [, fee]) => sum + fee, 0n)
}

/** The gas that a wallet paid, and its transactions, from the chain's own blocks. */
export async function gasPaid(
  chain: LocalChain,
  address: string,
  fromBlock = 0,
): Promise<{ wei: bigint; units: bigint[]; transactions: string[] }> {
  const { ledger, inference } = chain.contracts
  const head = await chain.provider.getBlockNumber()
  const numbers = Array.from({ length: head + 1 - fromBlock }, (_, index) => fromBlock + index)
  const blocks = await Promise.all(numbers.map((number) => chain.provider.getBlock(number, true)))
  const own = blocks.flatMap((block) => block?.prefetchedTransactions ?? []).filter(({ from }) => from === address)
  const receipts = await Promise.all(own.map(({ hash }) => chain.provider.getTransactionReceipt(hash)))
  const names = own.map(
    ({ data }) => (ledger.interface.parseTransaction({ data }) ?? inference.interface.parseTransaction({ data }))?.name,
  )
  return {
    wei: receipts.reduce((sum, receipt) => sum + (receipt?.fee ?? 0n), 0n),
    units: receipts.map((receipt) => receipt?.gasUsed ?? 0n),
    transactions: receipts.map((receipt, index) => `${names[index]}${receipt?.status === 1 ? '' : ' reverted'}`),
  }
}

import type { TransactionResponse } from 'ethers'
import type { LocalChain } from './chain.ts'

/** The mined transaction of an address at a nonce; undefined where none has it. */
export async function minedAt(
  { provider }: Pick<LocalChain, 'provider'>,
  { address, nonce }: { address: string; nonce: number },
): Promise<TransactionResponse | undefined> {
  const head = await provider.getBlockNumber()
  const blocks = await Promise.all(Array.from({ length: head + 1 }, (_, number) => provider.getBlock(number, true)))
  return blocks
    .flatMap((block) => block?.prefetchedTransactions ?? [])
    .find((one) => one.from === address && one.nonce === nonce)
}

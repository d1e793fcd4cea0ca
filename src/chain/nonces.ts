import { withTimeout } from '../base/timeout.ts'
import { ANSWER_TIMEOUT_MS } from './answer-timeout.ts'
import { query } from './batch.ts'
import { chainCheck } from './chain-check.ts'
import type { TransactionPort } from './port.ts'
import type { Rpc } from './rpc.types.ts'
import { findSpender } from './spender.ts'
import { untilBlockKnown } from './until-block-known.ts'

/** What the chain says about a wallet's nonces. */
export type Nonces = Pick<TransactionPort, 'transactionCount' | 'head' | 'spender'>

export function noncesOf(
  rpc: Pick<Rpc, 'chainId' | 'head' | 'transactionCount' | 'fullBlock'>,
  { wallet, chainId, blockTimeMs }: { wallet: string; chainId: bigint; blockTimeMs: () => number },
): Nonces {
  const check = chainCheck(rpc, chainId)
  // The same key may have spent the nonce on another chain: an intent that ends for that is made anew, and paid twice.
  const checked = {
    head: () => check(rpc.head),
    transactionCount: (...of: Parameters<Rpc['transactionCount']>) => check(() => rpc.transactionCount(...of)),
    fullBlock: (block: number) => check(() => rpc.fullBlock(block)),
  }
  return {
    transactionCount: (tag) =>
      query(() => {
        const count = () => rpc.transactionCount(wallet, tag)
        return typeof tag === 'number' ? untilBlockKnown(count, blockTimeMs) : count()
      }),
    head: () => query(rpc.head),
    // The search takes some dozens of queries.
    spender: (nonce) => query(() => withTimeout(6 * ANSWER_TIMEOUT_MS, () => findSpender(checked, wallet, nonce))),
  }
}

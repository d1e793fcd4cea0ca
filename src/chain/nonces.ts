import { withTimeout } from '../base/timeout.ts'
import { ANSWER_TIMEOUT_MS } from './answer-timeout.ts'
import { query } from './batch.ts'
import type { TransactionPort } from './port.ts'
import type { Rpc } from './rpc.types.ts'
import { findSpender } from './spender.ts'
import { untilBlockKnown } from './until-block-known.ts'

/** What the chain says about a wallet's nonces. */
export type Nonces = Pick<TransactionPort, 'transactionCount' | 'head' | 'spender'>

export function noncesOf(
  rpc: Pick<Rpc, 'head' | 'transactionCount' | 'fullBlock'>,
  { wallet, blockTimeMs }: { wallet: string; blockTimeMs: () => number },
): Nonces {
  return {
    transactionCount: (tag) =>
      query(() => {
        const count = () => rpc.transactionCount(wallet, tag)
        return typeof tag === 'number' ? untilBlockKnown(count, blockTimeMs) : count()
      }),
    head: () => query(rpc.head),
    // The search takes some dozens of queries.
    spender: (nonce) => query(() => withTimeout(6 * ANSWER_TIMEOUT_MS, () => findSpender(rpc, wallet, nonce))),
  }
}

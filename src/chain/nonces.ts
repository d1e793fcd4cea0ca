import { ReadError } from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'
import { ANSWER_TIMEOUT_MS } from './answer-timeout.ts'
import { query } from './batch.ts'
import { reasonOf, safeCause } from './cause.ts'
import { isMissingHistory } from './missing-history.ts'
import type { TransactionPort } from './port.ts'
import type { Rpc } from './rpc.types.ts'
import { findSpender } from './spender.ts'
import { untilBlockKnown } from './unknown-block.ts'

/** What the chain says about a wallet's nonces. */
export type Nonces = Pick<TransactionPort, 'transactionCount' | 'head' | 'spender'>

export function noncesOf(
  rpc: Pick<Rpc, 'head' | 'transactionCount' | 'transactionsIn'>,
  { wallet, blockTimeMs }: { wallet: string; blockTimeMs: () => number },
): Nonces {
  return {
    transactionCount: (tag) =>
      query(() => {
        const count = () => rpc.transactionCount(wallet, tag)
        return typeof tag === 'number' ? untilBlockKnown(count, blockTimeMs) : count()
      }),
    head: () => query(rpc.head),
    // The search takes up to two dozen queries.
    spender: (nonce) =>
      query(async () => {
        try {
          return await withTimeout(6 * ANSWER_TIMEOUT_MS, () => findSpender(rpc, wallet, nonce))
        } catch (error) {
          throw isMissingHistory(error) ? notKept(nonce, error) : error
        }
      }),
  }
}

function notKept(nonce: number, error: unknown): ReadError {
  const facts = { nonce: String(nonce), reason: reasonOf(error), do: 'use a node that keeps older blocks' }
  return new ReadError('The node does not keep the blocks that show what spent a nonce.', facts, {
    cause: safeCause(error),
    retryable: false,
  })
}

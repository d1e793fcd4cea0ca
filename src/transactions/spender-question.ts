import { ReadError } from '../base/errors.ts'
import type { Spender, TransactionPort } from '../chain/port.ts'

/**
 * Asks a node which transaction spent a nonce.
 *
 * @returns null where it shows none, 'not-kept' where it does not keep blocks that old
 * @throws ReadError where it does not answer: that proves nothing
 */
export async function askSpender(
  port: Pick<TransactionPort, 'spender'>,
  nonce: number,
): Promise<Spender | 'not-kept' | null> {
  try {
    return await port.spender(nonce)
  } catch (error) {
    if (error instanceof ReadError && !error.retryable) return 'not-kept'
    throw error
  }
}

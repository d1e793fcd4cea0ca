import { ReadError } from '../base/errors.ts'
import type { Rpc } from './rpc.types.ts'

/** Checks that a node answered for the broker's chain: behind one URL may be nodes of several. @throws ReadError for another chain */
export function checkChainId(actual: bigint, expected: bigint): void {
  if (actual === expected) return
  throw new ReadError('The node answers for another chain.', {
    expected: `chain ${expected}`,
    actual: `chain ${actual}`,
    do: 'check the nodes behind this URL: all of them must be of one chain',
  })
}

/** Runs a query whose answer counts only where the node tells the expected chain id with it. */
export function chainCheck(rpc: Pick<Rpc, 'chainId'>, expected: bigint): <T>(query: () => Promise<T>) => Promise<T> {
  return async (query) => {
    const [actual, answer] = await Promise.all([rpc.chainId(), query()])
    checkChainId(actual, expected)
    return answer
  }
}

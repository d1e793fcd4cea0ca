import { ReadError } from '../base/errors.ts'
import type { Rpc } from './rpc.types.ts'

/**
 * Queries through a wallet that may be switched to another chain at any moment, such as one in a browser: each answer counts
 * only where the wallet is on the expected chain. A block number of another chain must never become a floor.
 */
export function guardChain(rpc: Rpc, expected: bigint): Rpc {
  const guarded = async <T>(query: () => Promise<T>): Promise<T> => {
    const [actual, answer] = await Promise.all([rpc.chainId(), query()])
    if (actual !== expected) throw otherChain(expected, actual)
    return answer
  }
  return {
    chainId: rpc.chainId,
    code: (address) => guarded(() => rpc.code(address)),
    head: () => guarded(rpc.head),
    block: (blockTag) => guarded(() => rpc.block(blockTag)),
    fullBlock: (blockNumber) => guarded(() => rpc.fullBlock(blockNumber)),
    call: (request, blockTag) => guarded(() => rpc.call(request, blockTag)),
    balance: (address, blockTag) => guarded(() => rpc.balance(address, blockTag)),
    transactionCount: (address, blockTag) => guarded(() => rpc.transactionCount(address, blockTag)),
    estimateGas: (request) => guarded(() => rpc.estimateGas(request)),
    broadcast: rpc.broadcast,
    knows: (transactionHash) => guarded(() => rpc.knows(transactionHash)),
    pool: (address) => guarded(() => rpc.pool(address)),
    receipt: (transactionHash) => guarded(() => rpc.receipt(transactionHash)),
    gasPrice: () => guarded(rpc.gasPrice),
    suggestedTip: () => guarded(rpc.suggestedTip),
    feeHistory: (blocks) => guarded(() => rpc.feeHistory(blocks)),
    logs: (filter) => guarded(() => rpc.logs(filter)),
  }
}

function otherChain(expected: bigint, actual: bigint): ReadError {
  return new ReadError('The wallet is on another chain.', {
    expected: `chain ${expected}`,
    actual: `chain ${actual}`,
    do: 'switch the wallet back',
  })
}

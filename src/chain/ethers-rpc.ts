import type { Provider, TransactionRequest } from 'ethers'
import { ReadError } from '../base/errors.ts'
import { minedOf } from './receipt.ts'
import type { Rpc } from './rpc.types.ts'

/** Queries any other provider, such as a FallbackProvider, by ethers' own methods. */
export function ethersRpc(provider: Provider): Rpc {
  return {
    call: (request, blockTag) => provider.call({ ...request, blockTag }),
    balance: (address, blockTag) => provider.getBalance(address, blockTag),
    transactionCount: (address, blockTag) => provider.getTransactionCount(address, blockTag),
    estimateGas: (request) => provider.estimateGas(request satisfies TransactionRequest),
    async broadcast(raw) {
      await provider.broadcastTransaction(raw)
    },
    async receipt(transactionHash) {
      const receipt = await provider.getTransactionReceipt(transactionHash)
      if (!receipt) return null
      const { blockNumber, gasUsed, status } = receipt
      // Some nodes give a receipt without a block for a pending transaction.
      if (blockNumber === null) return null
      return minedOf({ transactionHash, blockNumber, gasUsed, status: status ?? 1 })
    },
    async fees() {
      const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
      if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { maxFeePerGas, maxPriorityFeePerGas }
      if (gasPrice !== null) return { gasPrice }
      throw new ReadError('The node names no gas price.', {})
    },
    async logs({ address, topics, ...range }) {
      const logs = await provider.getLogs({ ...range, address: [...address], topics: topics.map((one) => [...one]) })
      return logs.map((log) => ({
        address: log.address,
        topics: log.topics,
        data: log.data,
        blockNumber: log.blockNumber,
        transactionHash: log.transactionHash,
        timestamp: null,
      }))
    },
  }
}

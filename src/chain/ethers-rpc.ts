import { decodeHeader } from './block.ts'
import type { EthersProvider, TransactionFields } from './ethers.types.ts'
import { decodeReceipt } from './receipt.ts'
import type { Rpc } from './rpc.types.ts'

/** Queries any other provider, such as a FallbackProvider, by ethers' own methods. */
export function ethersRpc(provider: EthersProvider): Rpc {
  return {
    chainId: async () => (await provider.getNetwork()).chainId,
    code: (address) => provider.getCode(address),
    head: () => provider.getBlockNumber(),
    block: async (blockTag) => decodeHeader(await provider.getBlock(blockTag), blockTag),
    async transactionsIn(blockNumber) {
      const block = await provider.getBlock(blockNumber, true)
      if (block?.number !== blockNumber) return null
      return block.prefetchedTransactions.map(({ hash, from, nonce, to, data, value }) => ({
        hash,
        from,
        nonce,
        to,
        data,
        value,
      }))
    },
    call: (request, blockTag) => provider.call({ ...request, blockTag }),
    balance: (address, blockTag) => provider.getBalance(address, blockTag),
    transactionCount: (address, blockTag) => provider.getTransactionCount(address, blockTag),
    estimateGas: (request) => provider.estimateGas(request satisfies TransactionFields),
    async broadcast(raw) {
      await provider.broadcastTransaction(raw)
    },
    knows: async (transactionHash) => (await provider.getTransaction(transactionHash)) !== null,
    pooledNonces: () => Promise.resolve(null),
    async receipt(transactionHash) {
      const receipt = await provider.getTransactionReceipt(transactionHash)
      if (!receipt) return null
      const { hash, blockNumber, blockHash, gasUsed, gasPrice: effectiveGasPrice, status, logs } = receipt
      const fields = { transactionHash: hash, blockNumber, blockHash, gasUsed, effectiveGasPrice, status, logs }
      return decodeReceipt(fields, transactionHash)
    },
    gasPrice: async () => (await provider.getFeeData()).gasPrice,
    suggestedTip: async () => (await provider.getFeeData()).maxPriorityFeePerGas,
    feeHistory: () => Promise.resolve(null),
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

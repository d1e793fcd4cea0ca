import { decodeHeader } from './block.ts'
import type { EthersProvider, TransactionFields } from './ethers.types.ts'
import type { Limited, Rpc } from './rpc.types.ts'

/** Queries any other provider, such as a FallbackProvider, by ethers' own methods. */
export function ethersRpc(provider: EthersProvider, limited: Limited): Rpc {
  return limitEach(unlimited(provider), limited)
}

function unlimited(provider: EthersProvider): Rpc {
  return {
    chainId: async () => (await provider.getNetwork()).chainId,
    code: (address) => provider.getCode(address),
    head: () => provider.getBlockNumber(),
    block: async (blockTag) => decodeHeader(await provider.getBlock(blockTag), blockTag),
    async fullBlock(blockNumber) {
      const block = await provider.getBlock(blockNumber, true)
      return block && { number: block.number, timestamp: block.timestamp, transactions: block.prefetchedTransactions }
    },
    call: (request, blockTag) => provider.call({ ...request, blockTag }),
    balance: (address, blockTag) => provider.getBalance(address, blockTag),
    transactionCount: (address, blockTag) => provider.getTransactionCount(address, blockTag),
    estimateGas: (request) => provider.estimateGas(request satisfies TransactionFields),
    async broadcast(raw) {
      await provider.broadcastTransaction(raw)
    },
    knows: async (transactionHash) => (await provider.getTransaction(transactionHash)) !== null,
    pool: () => Promise.resolve(null),
    async receipt(transactionHash) {
      const receipt = await provider.getTransactionReceipt(transactionHash)
      if (!receipt) return null
      const { hash, blockNumber, blockHash, gasUsed, gasPrice: effectiveGasPrice, status, logs } = receipt
      return { transactionHash: hash, blockNumber, blockHash, gasUsed, effectiveGasPrice, status, logs }
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

function limitEach(rpc: Rpc, limited: Limited): Rpc {
  return {
    chainId: () => limited('eth_chainId', () => rpc.chainId()),
    code: (address) => limited('eth_getCode', () => rpc.code(address)),
    head: () => limited('eth_blockNumber', () => rpc.head()),
    block: (blockTag) => limited('eth_getBlockByNumber', () => rpc.block(blockTag)),
    fullBlock: (blockNumber) => limited('eth_getBlockByNumber', () => rpc.fullBlock(blockNumber)),
    call: (request, blockTag) => limited('eth_call', () => rpc.call(request, blockTag)),
    balance: (address, blockTag) => limited('eth_getBalance', () => rpc.balance(address, blockTag)),
    transactionCount: (address, blockTag) =>
      limited('eth_getTransactionCount', () => rpc.transactionCount(address, blockTag)),
    estimateGas: (request) => limited('eth_estimateGas', () => rpc.estimateGas(request)),
    broadcast: (raw) => limited('eth_sendRawTransaction', () => rpc.broadcast(raw)),
    knows: (transactionHash) => limited('eth_getTransactionByHash', () => rpc.knows(transactionHash)),
    pool: (address) => limited('txpool_contentFrom', () => rpc.pool(address)),
    receipt: (transactionHash) => limited('eth_getTransactionReceipt', () => rpc.receipt(transactionHash)),
    gasPrice: () => limited('eth_gasPrice', () => rpc.gasPrice()),
    suggestedTip: () => limited('eth_maxPriorityFeePerGas', () => rpc.suggestedTip()),
    feeHistory: (blocks) => limited('eth_feeHistory', () => rpc.feeHistory(blocks)),
    logs: (filter) => limited('eth_getLogs', () => rpc.logs(filter)),
  }
}

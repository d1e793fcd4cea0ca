import type { RequestCounts } from '../base/request-counts.ts'
import { createAnswerTimeout } from './answer-timeout.ts'
import { ethersRpc } from './ethers-rpc.ts'
import type { EthersProvider } from './ethers.types.ts'
import { withLargeCalls } from './http-sender.ts'
import { isJsonRpc, jsonRpc } from './json-rpc.ts'
import { rateLimitWords } from './rate-limit.ts'
import { requestLimitOf } from './request-limit.ts'
import { revertData } from './reverts.ts'
import type { Rpc } from './rpc.types.ts'
import type { ProviderLink } from './provider-link.ts'
import type { SocketLink } from './socket-link.ts'

export type RpcOptions = {
  /** Counts the requests. */
  requests?: RequestCounts['rpc'] | undefined
  /** Null for a provider that polls by HTTP. */
  socket?: Pick<ProviderLink, 'run'> | null
}

/**
 * The queries of a provider, by its own JSON-RPC where it has one: ethers' methods cache each answer for 250 ms, with a timer that
 * keeps the process alive, and ask for the chain's id beside every call. Each query ends after 20 s.
 */
export function rpcOf(provider: EthersProvider, { requests, socket = null }: RpcOptions = {}): Rpc {
  const { run } = requestLimitOf(provider)
  const withTimeout = createAnswerTimeout(() => rateLimitWords(provider))
  const limited: Limited = (method, request, instead) =>
    counted(requests, method, () => run(() => withTimeout(() => (socket ? socket.run(request, instead) : request()))))
  if (isJsonRpc(provider)) {
    const send = withLargeCalls(provider)
    return jsonRpc({
      send: (method, params) =>
        limited(
          method,
          () => send(method, params),
          (link) => link.send(method, params),
        ),
    })
  }
  return limitEach(ethersRpc(provider), limited)
}

/** @param instead how to ask once the provider's socket has closed */
type Limited = <T>(method: string, request: () => Promise<T>, instead?: (link: SocketLink) => Promise<T>) => Promise<T>

/** Counts a request; a revert is an answer. */
async function counted<T>(
  requests: RequestCounts['rpc'] | undefined,
  method: string,
  request: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await request()
    requests?.add({ method, result: 'ok' })
    return answer
  } catch (error) {
    requests?.add({ method, result: revertData(error) === null ? 'failed' : 'ok' })
    throw error
  }
}

function limitEach(rpc: Rpc, limited: Limited): Rpc {
  return {
    chainId: () => limited('eth_chainId', () => rpc.chainId()),
    code: (address) => limited('eth_getCode', () => rpc.code(address)),
    head: () => limited('eth_blockNumber', () => rpc.head()),
    block: (blockTag) => limited('eth_getBlockByNumber', () => rpc.block(blockTag)),
    transactionsIn: (blockNumber) => limited('eth_getBlockByNumber', () => rpc.transactionsIn(blockNumber)),
    call: (request, blockTag) => limited('eth_call', () => rpc.call(request, blockTag)),
    balance: (address, blockTag) => limited('eth_getBalance', () => rpc.balance(address, blockTag)),
    transactionCount: (address, blockTag) =>
      limited('eth_getTransactionCount', () => rpc.transactionCount(address, blockTag)),
    estimateGas: (request) => limited('eth_estimateGas', () => rpc.estimateGas(request)),
    broadcast: (raw) => limited('eth_sendRawTransaction', () => rpc.broadcast(raw)),
    knows: (transactionHash) => limited('eth_getTransactionByHash', () => rpc.knows(transactionHash)),
    pooledNonces: (address) => limited('txpool_contentFrom', () => rpc.pooledNonces(address)),
    receipt: (transactionHash) => limited('eth_getTransactionReceipt', () => rpc.receipt(transactionHash)),
    gasPrice: () => limited('eth_gasPrice', () => rpc.gasPrice()),
    suggestedTip: () => limited('eth_maxPriorityFeePerGas', () => rpc.suggestedTip()),
    feeHistory: (blocks) => limited('eth_feeHistory', () => rpc.feeHistory(blocks)),
    logs: (filter) => limited('eth_getLogs', () => rpc.logs(filter)),
  }
}

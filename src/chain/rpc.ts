import type { Provider } from 'ethers'
import { createAnswerTimeout } from './answer-timeout.ts'
import { ethersRpc } from './ethers-rpc.ts'
import { isJsonRpc, jsonRpc } from './json-rpc.ts'
import { rateLimitWords } from './rate-limit.ts'
import { requestLimitOf } from './request-limit.ts'
import type { Rpc } from './rpc.types.ts'
import { onOpenSocket, socketOf } from './socket.ts'

/**
 * The queries of a provider, by its own JSON-RPC where it has one: ethers' methods cache each answer for 250 ms, with a timer that
 * keeps the process alive, and ask for the chain's id beside every call. Each query ends after 20 s.
 */
export function rpcOf(provider: Provider): Rpc {
  const { run } = requestLimitOf(provider)
  const socket = socketOf(provider)
  const withTimeout = createAnswerTimeout(() => rateLimitWords(provider))
  const limited: Limited = (request) => run(() => withTimeout(() => onOpenSocket(socket, request)))
  if (isJsonRpc(provider)) return jsonRpc({ send: (method, params) => limited(() => provider.send(method, params)) })
  return eachLimited(ethersRpc(provider), limited)
}

type Limited = <T>(request: () => Promise<T>) => Promise<T>

function eachLimited(rpc: Rpc, limited: Limited): Rpc {
  return {
    chainId: () => limited(() => rpc.chainId()),
    code: (address) => limited(() => rpc.code(address)),
    head: () => limited(() => rpc.head()),
    block: (blockTag) => limited(() => rpc.block(blockTag)),
    transactionsIn: (blockNumber) => limited(() => rpc.transactionsIn(blockNumber)),
    call: (request, blockTag) => limited(() => rpc.call(request, blockTag)),
    balance: (address, blockTag) => limited(() => rpc.balance(address, blockTag)),
    transactionCount: (address, blockTag) => limited(() => rpc.transactionCount(address, blockTag)),
    estimateGas: (request) => limited(() => rpc.estimateGas(request)),
    broadcast: (raw) => limited(() => rpc.broadcast(raw)),
    knows: (transactionHash) => limited(() => rpc.knows(transactionHash)),
    pooledNonces: (address) => limited(() => rpc.pooledNonces(address)),
    receipt: (transactionHash) => limited(() => rpc.receipt(transactionHash)),
    gasPrice: () => limited(() => rpc.gasPrice()),
    suggestedTip: () => limited(() => rpc.suggestedTip()),
    feeHistory: (blocks) => limited(() => rpc.feeHistory(blocks)),
    logs: (filter) => limited(() => rpc.logs(filter)),
  }
}

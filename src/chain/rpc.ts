import type { RequestCounts } from '../base/request-counts.ts'
import { createAnswerTimeout } from './answer-timeout.ts'
import type { EthersProvider } from './ethers.types.ts'
import { isJsonRpc, jsonRpc, type JsonRpcSender } from './json-rpc.ts'
import { rateLimitWords } from './rate-limit.ts'
import { requestLimitOf } from './request-limit.ts'
import { revertData } from './reverts.ts'
import { rooms } from './rooms.ts'
import type { Limited, Rpc } from './rpc.types.ts'
import type { ProviderLink } from './provider-link.ts'

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
export async function rpcOf(provider: EthersProvider, { requests, socket = null }: RpcOptions = {}): Promise<Rpc> {
  const { run } = requestLimitOf(provider)
  const withTimeout = createAnswerTimeout(() => rateLimitWords(provider))
  const limited: Limited = (method, request, instead) =>
    counted(requests, method, () => run(() => withTimeout(() => (socket ? socket.run(request, instead) : request()))))
  if (isJsonRpc(provider)) {
    // A page reads few wallets: its calls are small, and none of them waits for code.
    const send: JsonRpcSender['send'] =
      rooms.largeCalls.now?.withLargeCalls(provider) ?? ((method, params) => provider.send(method, params))
    return jsonRpc({
      send: (method, params) =>
        limited(
          method,
          () => send(method, params),
          (link) => link.send(method, params),
        ),
    })
  }
  return (await rooms.otherProviders.load()).ethersRpc(provider, limited)
}

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

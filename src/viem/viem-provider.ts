import { JsonRpcApiProvider, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from 'ethers'
import { answerIn, transportError } from './request-errors.ts'

/** Sends one request by viem. `retryCount` goes before that of the client. */
export type Ask = (method: string, params: unknown, options: { retryCount?: number }) => Promise<unknown>

/** What a wallet or node does at each request, and not only tells: it is sent once. viem repeats a request three times. */
const ACTS = /^eth_send|^wallet_|sign/i

/**
 * A provider that sends each request by viem, at once. It is never started: it has no queue, no cache and no timer, and asks for the
 * network only where a caller does.
 * Failures are those of ethers' providers, so that a node's words mean the same whichever library carried them.
 */
export class ViemProvider extends JsonRpcApiProvider {
  readonly #ask: Ask

  constructor(ask: Ask) {
    super(undefined, { cacheTimeout: -1, batchMaxCount: 1 })
    this.#ask = ask
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    try {
      return await this.#ask(method, params, ACTS.test(method) ? { retryCount: 0 } : {})
    } catch (error) {
      const answer = answerIn(error)
      if (!answer) throw transportError(error)
      throw this.getRpcError({ jsonrpc: '2.0', id: 1, method, params }, { id: 1, error: answer })
    }
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    return Promise.all(
      [payload].flat().map(async ({ id, method, params }) => ({ id, result: await this.send(method, params) })),
    )
  }
}

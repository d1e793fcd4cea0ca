import type { Provider } from 'ethers'
import { withTimeout } from '../base/timeout.ts'
import { ethersRpc } from './ethers-rpc.ts'
import { isJsonRpc, jsonRpc } from './json-rpc.ts'
import type { Rpc } from './rpc.types.ts'

/** ethers itself waits 300 s for a silent node, and without an end for a broken socket. */
export const ANSWER_TIMEOUT_MS = 20_000

/** Limits a query of the node to 20 s, so that a silent query does not hold up the others. */
export const withAnswerTimeout = <T>(query: () => Promise<T>): Promise<T> => withTimeout(ANSWER_TIMEOUT_MS, query)

/**
 * Chooses how to query a provider: by its own JSON-RPC where it has one. ethers' methods cache each answer for 250 ms, with
 * a timer that keeps the process alive, and ask for the chain's id beside every call.
 */
export function rpcOf(provider: Provider): Rpc {
  return isJsonRpc(provider) ? jsonRpc(provider) : ethersRpc(provider)
}

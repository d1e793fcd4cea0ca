import { readText } from '../base/read-text.ts'
import { ANSWER_TIMEOUT_MS } from './answer-timeout.ts'
import { answerIn, resultOf } from './socket-client.ts'

/** The answer about a fleet's hundred wallets has a hundredth of it. */
const MOST_BYTES = 2 ** 26

/**
 * One request of JSON-RPC by HTTP.
 *
 * @param mostBytes a longer answer is given up, and its connection closed
 * @returns null where nothing at this address answers in JSON-RPC
 * @throws Error with the code and data that the node gave
 */
export async function postRequest(
  url: string,
  method: string,
  params: readonly unknown[],
  mostBytes = MOST_BYTES,
): Promise<{ result: unknown } | null> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json' }
  // A node that never answers must not keep later requests waiting.
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const text = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
    .then((response) => readText(response, mostBytes))
    .catch(() => '')
  const answer = answerIn(text)
  return answer && ('result' in answer || 'error' in answer) ? { result: resultOf(answer) } : null
}

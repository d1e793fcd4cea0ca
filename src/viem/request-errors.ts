/** A JSON-RPC error as the node or the wallet gave it. */
export type Answer = { code: number; message: string; data?: unknown }

/**
 * The node's or wallet's own answer in an error of viem, which wraps it several times and adds the URL and the whole request to
 * its message; null where there was no answer.
 */
export function answerIn(error: unknown): Answer | null {
  let answer: Answer | null = null
  for (const part of chainOf(error)) {
    const { code, details, message, data } = part
    if (typeof code !== 'number') continue
    const words = typeof details === 'string' ? details : message
    // The innermost error with a code is the answer; what wraps it has the same code or none.
    answer = { code, message: typeof words === 'string' ? words : '', ...(data !== undefined && { data }) }
  }
  return answer
}

/** A failure of the transport in the fields that ethers uses: without the URL, which may hold a key, and without the request. */
export function transportError(error: unknown): Error {
  const parts = chainOf(error)
  const status = parts.map((part) => part['status']).find((one) => typeof one === 'number')
  const [{ shortMessage, details, message } = {}] = parts
  const words = [innermostWordsIn(parts), details, shortMessage, message].find(
    (one) => typeof one === 'string' && one !== '',
  )
  // What is no URL cannot be told from a key.
  const text = typeof words === 'string' ? words.replace(/(invalid url)[\s\S]*/i, '$1') : 'the request failed'
  const failure = new Error(status === undefined ? text : `server response ${status}: ${text}`)
  return Object.assign(failure, status !== undefined && { code: 'SERVER_ERROR', response: { statusCode: status } })
}

/** The innermost words: `fetch` says only that it failed, and its cause why (`connect ECONNREFUSED 127.0.0.1:8545`). */
function innermostWordsIn(parts: readonly Fields[]): unknown {
  const { shortMessage, message, code } = parts.at(-1) ?? {}
  if (shortMessage !== undefined) return undefined
  return message === '' ? code : message
}

type Fields = Readonly<Record<string, unknown>>

const MOST_PARTS = 16

/** An error and its causes, outermost first. */
function chainOf(error: unknown): Fields[] {
  const parts: Fields[] = []
  for (let part = error; typeof part === 'object' && part !== null && parts.length < MOST_PARTS;) {
    parts.push(part as Fields)
    part = (part as Fields)['cause']
  }
  return parts
}

import { messagesOf } from './cause.ts'

type Fields = Readonly<Partial<Record<string, unknown>>>

/**
 * Whether an error of several simultaneous requests means that the node refuses their JSON-RPC batch:
 *
 * - `refused`: the node names the batch, answers with fewer responses than requests, or finds the body too large.
 * - `possible`: the node finds the request invalid, or its answer is not JSON: a request of its own tells.
 * - null: another failure, such as a rate limit.
 */
export function batchRefusal(error: unknown): 'refused' | 'possible' | null {
  const messages = messagesOf(error).join(' ')
  if (/\bbatch/i.test(messages)) return 'refused'
  const codes = codesOf(error)
  if (codes.includes(429) || codes.includes(-32005) || /rate.?limit|too many requests|quota/i.test(messages))
    return null
  if (/missing response for request/i.test(messages) || codes.includes(413)) return 'refused'
  if (codes.some((code) => [400, 405, 415, 422, 501, -32600].includes(Number(code)))) return 'possible'
  return /not valid JSON/i.test(messages) || error instanceof TypeError ? 'possible' : null
}

/**
 * The batch size to try after a refusal: the limit that the node names, one where it takes no batches at all, and otherwise half.
 */
export function smallerBatch(error: unknown, size: number): number {
  const messages = messagesOf(error).filter((message) => /\bbatch/i.test(message))
  const text = messages.join(' ')
  const named = [...text.matchAll(/(?<![\w.-])\d{1,5}(?![\w.])/g)].map(Number).filter((one) => one > 0 && one < size)
  if (named.length > 0) return Math.max(...named)
  if (/not (?:be )?(?:supported|allowed|enabled|accepted)|unsupported|disabled|forbidden/i.test(text)) return 1
  return Math.max(1, Math.floor(size / 2))
}

/** Codes of JSON-RPC errors and of HTTP answers, wherever ethers put them. */
function codesOf(error: unknown): unknown[] {
  const { info, error: inner, value, response } = fieldsOf(error)
  const { error: answer, responseStatus } = fieldsOf(info)
  const responses = Array.isArray(value) ? value.map((one) => fieldsOf(fieldsOf(one)['error'])['code']) : []
  return [
    fieldsOf(answer)['code'],
    fieldsOf(inner)['code'],
    ...responses,
    fieldsOf(response)['statusCode'],
    typeof responseStatus === 'string' ? Number.parseInt(responseStatus, 10) : responseStatus,
  ]
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

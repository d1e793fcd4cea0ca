import { redact as redactText } from '../base/redact.ts'

/**
 * Copies the safe part of a provider's or signer's error. The original holds the whole request, whose URL may hold an API
 * key and whose body may hold a signed transaction.
 */
export function safeCause(error: unknown): Error {
  const { shortMessage, message, code } = fieldsOf(error)
  const own = [shortMessage, message].find((part) => typeof part === 'string')
  const [words] = nodeMessages(error)
  const text = typeof own === 'string' ? own : String(error)
  // The status of an HTTP answer says as much as the node's message.
  const safe = new Error(
    redact(words === undefined ? text : /^server response \d/.test(text) ? `${text}: ${words}` : words),
  )
  safe.name = typeof code === 'string' ? code : 'Error'
  delete safe.stack
  return safe
}

/** The message of a node or signer in one line. */
export function reasonOf(error: unknown): string {
  const { name, message } = safeCause(error)
  const line = message.split('\n', 1)[0] ?? ''
  return name === 'Error' ? line : `${line} (${name})`
}

/** Every message in a provider's error: the node's own ones first. */
export function messagesOf(error: unknown): string[] {
  const { shortMessage, message } = fieldsOf(error)
  return [...nodeMessages(error), ...[shortMessage, message].filter((part) => typeof part === 'string')]
}

/** Removes credentials: a URL keeps its host only; long hex and bearer tokens are cut. */
export function redact(text: string): string {
  return redactText(text, { urls: 'origin', hex: 'beginning', tokens: true })
}

const LONGEST_BODY = 10_000
const LONGEST_MESSAGE = 300

/** The messages of a node, wherever ethers put its answer. */
function nodeMessages(error: unknown): string[] {
  const { info, error: inner, value } = fieldsOf(error)
  const { error: answer, responseBody } = fieldsOf(info)
  return [
    messageOf(answer),
    messageOf(inner),
    // ethers keeps here the answer to a batch that lacks a response.
    ...(Array.isArray(value) ? value.map((one) => messageOf(fieldsOf(one).error)) : []),
    ...bodyMessages(responseBody),
  ].filter((message) => message !== null)
}

/** The error messages of an HTTP body: one JSON-RPC answer, or a batch of them. */
function bodyMessages(body: unknown): (string | null)[] {
  if (typeof body !== 'string' || body.length > LONGEST_BODY) return []
  try {
    return [JSON.parse(body) as unknown].flat().map((one) => messageOf(fieldsOf(one).error) ?? messageOf(one))
  } catch {
    return []
  }
}

function messageOf(part: unknown): string | null {
  const message = typeof part === 'string' ? part : fieldsOf(part).message
  return typeof message === 'string' && message !== '' ? message.slice(0, LONGEST_MESSAGE) : null
}

type Fields = Readonly<
  Record<'shortMessage' | 'message' | 'code' | 'info' | 'error' | 'value' | 'responseBody', unknown>
>

function fieldsOf(value: unknown): Partial<Fields> {
  return typeof value === 'object' && value !== null ? value : {}
}

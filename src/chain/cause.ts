import { redact as redactText } from '../base/redact.ts'

/**
 * What is safe to keep of a provider's or signer's error. Theirs carry the whole request: its URL may hold an API key,
 * its body a signed transaction.
 */
export function safeCause(error: unknown): Error {
  const {
    shortMessage,
    message,
    code,
    info,
    error: inner,
  } = (typeof error === 'object' && error !== null ? error : {}) as {
    shortMessage?: unknown
    message?: unknown
    code?: unknown
    info?: { error?: { message?: unknown } }
    error?: { message?: unknown }
  }
  const text = [info?.error?.message, inner?.message, shortMessage, message].find((part) => typeof part === 'string')
  const safe = new Error(redact(typeof text === 'string' ? text : String(error)))
  safe.name = typeof code === 'string' ? code : 'Error'
  delete safe.stack
  return safe
}

/** What a node or signer said, in one line. */
export function reasonOf(error: unknown): string {
  const { name, message } = safeCause(error)
  const line = message.split('\n', 1)[0] ?? ''
  return name === 'Error' ? line : `${line} (${name})`
}

/** URLs keep their scheme and host, long hex its beginning; tokens are cut. */
export function redact(text: string): string {
  return redactText(text, { urls: 'origin', hex: 'beginning', tokens: true })
}

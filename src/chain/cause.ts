import { redact as redactText } from '../base/redact.ts'

/**
 * Copies the safe part of a provider's or signer's error. The original holds the whole request, whose URL may hold an API
 * key and whose body may hold a signed transaction.
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

/** The message of a node or signer in one line. */
export function reasonOf(error: unknown): string {
  const { name, message } = safeCause(error)
  const line = message.split('\n', 1)[0] ?? ''
  return name === 'Error' ? line : `${line} (${name})`
}

/** Removes credentials: a URL keeps its host only; long hex and bearer tokens are cut. */
export function redact(text: string): string {
  return redactText(text, { urls: 'origin', hex: 'beginning', tokens: true })
}

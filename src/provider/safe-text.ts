import { redact } from '../base/redact.ts'

/** The most characters of what a provider said that a message repeats. */
const LONGEST_TEXT = 200

/**
 * What a provider or a wallet said, fit for a message: one line of at most 200 characters, free of secrets. A provider may
 * send back whatever it was sent, so the caller names what is secret.
 */
export function safeText(text: string, secrets: Iterable<string> = []): string {
  return redact(text, {
    urls: 'nothing',
    tokens: true,
    secrets,
    longWords: true,
    oneLine: true,
    length: LONGEST_TEXT,
  })
}

/** What is safe to say of an error that was thrown elsewhere. It is not kept as a cause: it may carry the request. */
export function safeReason(error: unknown, secrets: Iterable<string> = []): string {
  const { shortMessage, message, code, cause } = propertiesOf(error)
  const inner = propertiesOf(cause)
  // fetch says only "fetch failed"; what failed is in its cause.
  const said = [inner.message, shortMessage, message].find((part) => typeof part === 'string' && part !== '')
  const number = [inner.code, code].find((part) => typeof part === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(part))
  const text = typeof said === 'string' ? said : typeof error === 'string' ? error : 'it gave no reason'
  return safeText(typeof number === 'string' && !text.includes(number) ? `${text} (${number})` : text, secrets)
}

/** The parts of a provider's URL that are secret: a path or a query may hold a key. */
export function secretsOf({ pathname, search, hash, searchParams }: URL): string[] {
  const parts = [...pathname.split('/'), ...searchParams.values()].filter(({ length }) => length >= 8)
  const encoded = [pathname, search, hash, ...parts]
  return [...encoded, ...encoded.map(decodePart)]
}

type Properties = { shortMessage?: unknown; message?: unknown; code?: unknown; cause?: unknown }

const propertiesOf = (value: unknown): Properties => (typeof value === 'object' && value !== null ? value : {})

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

import { oneLine } from '../base/one-line.ts'

const LONGEST_TEXT = 200

/** No word is longer than an address in quotes; tokens, signatures, keys and URLs are. */
const LONG_WORD = /\S{50,}/g

/**
 * What somebody else said, fit for a message: one line without control characters, at most 200 characters, and free of
 * secrets. A provider may send back whatever it was sent, so what is known to be secret goes first.
 */
export function safeText(text: string, secrets: Iterable<string> = []): string {
  let safe = oneLine(text)
  const known = Array.from(secrets, oneLine)
    .filter(({ length }) => length > 2)
    .toSorted((a, b) => b.length - a.length)
  for (const secret of known) safe = safe.replaceAll(secret, '…')
  // Long words first: what is left of them is short, so that no text makes the second pattern slow.
  safe = safe.replace(LONG_WORD, '…').replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, '…')
  const characters = Array.from(safe)
  return characters.length > LONGEST_TEXT ? `${characters.slice(0, LONGEST_TEXT - 1).join('')}…` : safe
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

/** What of a provider's URL is nobody's business: a path or a query may hold a key. */
export function secretsOf({ pathname, search, hash, searchParams }: URL): string[] {
  const parts = [...pathname.split('/'), ...searchParams.values()].filter(({ length }) => length >= 8)
  const encoded = [pathname, search, hash, ...parts]
  return [...encoded, ...encoded.map(decoded)]
}

type Properties = { shortMessage?: unknown; message?: unknown; code?: unknown; cause?: unknown }

const propertiesOf = (value: unknown): Properties => (typeof value === 'object' && value !== null ? value : {})

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

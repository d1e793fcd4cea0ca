import { oneLine, withColorsAlone, withoutControls } from './one-line.ts'

/** What `redact` takes out of a text. Every caller says what its readers still need. */
export type Redaction = {
  /** What stays of a URL: nothing, its host, or its scheme and host. User, path and query may be credentials. */
  urls: 'nothing' | 'host' | 'origin'
  /** What stays of 65 hex digits or more (signed bytes, calldata): nothing, or the first 12 characters. */
  hex?: 'nothing' | 'beginning'
  /** Session tokens and bearer tokens are cut. */
  tokens?: boolean
  /** Texts that must not appear, in upper or in lower case. Those of one or two characters are left. */
  secrets?: Iterable<string>
  /** Words of 50 characters or more are cut: no address in quotes is as long; tokens, signatures and keys are. */
  longWords?: boolean
  /** Blanks and control characters become one blank, invisible characters disappear. */
  oneLine?: boolean
  /** Colours stay: for texts that this process has coloured itself. */
  colors?: boolean
  /** The most characters that stay; the `…` at the end is one of them. */
  length?: number
}

/**
 * A text without credentials, fit for a message, a log or a page. What is taken out reads `…`. A node, a signer or a
 * provider may repeat whatever it was sent, so nothing of what they say is shown without this. Control characters are always
 * taken out: a terminal would obey them.
 */
export function redact(text: string, redaction: Redaction): string {
  const { urls, hex, tokens = false, secrets = [], longWords = false, length = Infinity } = redaction
  const line = redaction.oneLine ? oneLine : redaction.colors ? withColorsAlone : withoutControls
  const known = Array.from(secrets, line)
    .filter((secret) => secret.length > 2)
    .toSorted((a, b) => b.length - a.length)
  // A control character in a URL becomes a blank, which would end the URL. A secret with a blank in it must still be whole.
  const begin = redaction.oneLine ? text : line(text)
  let safe = line(known.length === 0 ? withoutUrls(begin, urls) : begin)
  for (const secret of known) safe = safe.replace(new RegExp(escaped(secret), 'gi'), '…')
  if (longWords) safe = safe.replace(LONG_WORD, '…')
  safe = withoutUrls(safe, urls)
  if (hex) safe = safe.replace(LONG_HEX, (digits) => (hex === 'beginning' ? beginningOf(digits) : '…'))
  if (tokens) safe = safe.replace(TOKEN, '$1…')
  return cutTo(safe, length)
}

const LONG_WORD = /\S{50,}/g
const LONG_HEX = /(?:0x)?[\da-f]{65,}/gi
const TOKEN = /\b(app-sk-|bearer\s+)\S+/gi
/** Any scheme; its length is bounded, so that no text makes the pattern slow. */
const URL_AND_ALL = /[a-z\d+.-]{0,64}:\/\/\S+/gi
/** Up to a quote, so that JSON stays JSON. */
const URL_IN_QUOTES = /[a-z\d+.-]{0,64}:\/\/[^\s"'<>]+/gi

function withoutUrls(text: string, urls: Redaction['urls']): string {
  if (urls === 'nothing') return text.replace(URL_AND_ALL, '…')
  return text.replace(URL_IN_QUOTES, (found) => {
    const url = withoutEscape(found)
    const escape = found.slice(url.length)
    const host = URL.canParse(url) ? new URL(url).host : ''
    if (host === '') return `…${escape}`
    return urls === 'host' ? `${host}${escape}` : `${url.slice(0, url.indexOf(':'))}://${host}/…${escape}`
  })
}

/** Backslashes at the end escape the quote after them. */
function withoutEscape(url: string): string {
  let end = url.length
  while (url[end - 1] === '\\') end -= 1
  return url.slice(0, end)
}

/** Of `0x…` the selector is harmless, and says which function was called. */
function beginningOf(digits: string): string {
  return digits.startsWith('0x') ? `${digits.slice(0, 12)}…` : '…'
}

function cutTo(text: string, length: number): string {
  if (text.length <= length) return text
  const characters = Array.from(text)
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text
}

const escaped = (secret: string): string => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

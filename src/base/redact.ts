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
  const { secrets = [], length = Infinity } = redaction
  const line = redaction.oneLine ? oneLine : redaction.colors ? withColorsAlone : withoutControls
  const known = Array.from(secrets, line).filter((secret) => secret.length > 2)
  const rules = rulesOf(redaction, known)
  // A control character in a URL becomes a blank, which would end the URL: it is cut before. Where there are secrets they
  // must still be whole, and a blank may be in them.
  const safe = redaction.oneLine && known.length === 0 ? oneLine(cut(text, rules)) : line(text)
  return cutTo(cut(safe, rules), length)
}

/** What a rule takes out, and what stays of it. */
type Rule = { pattern: RegExp; rest: (found: string) => string }

function rulesOf({ urls, hex, tokens, longWords }: Redaction, secrets: readonly string[]): Rule[] {
  const nothing = () => '…'
  const rules: Rule[] = [
    ...secrets.map((secret) => ({ pattern: new RegExp(escapePattern(secret), 'gi'), rest: nothing })),
    ...(longWords ? [{ pattern: LONG_WORD, rest: nothing }] : []),
    ...(hex ? [{ pattern: LONG_HEX, rest: hex === 'beginning' ? beginningOf : nothing }] : []),
    ...(tokens ? [{ pattern: TOKEN, rest: (found: string) => found.replace(TOKEN, '$1…') }] : []),
  ]
  const url: Rule =
    urls === 'nothing'
      ? { pattern: URL_AND_ALL, rest: nothing }
      : { pattern: URL_IN_QUOTES, rest: (found) => restOfUrl(found, urls, rules) }
  return [...rules, url]
}

/** Each rule looks at the whole text: what one takes out hides nothing from another. */
function cut(text: string, rules: readonly Rule[]): string {
  const found = rules
    .flatMap(({ pattern, rest }) => Array.from(text.matchAll(pattern), ({ 0: part, index }) => ({ part, index, rest })))
    .toSorted((a, b) => a.index - b.index || b.part.length - a.part.length)
  let safe = ''
  let end = 0
  for (const { part, index, rest } of found) {
    if (index >= end) safe += text.slice(end, index) + rest(part)
    end = Math.max(end, index + part.length)
  }
  return safe + text.slice(end)
}

const LONG_WORD = /\S{50,}/g
const LONG_HEX = /(?:0x)?[\da-f]{65,}/gi
/** A token may end in `Bearer`, where a list of headers has no blanks: then the next word is a token, too. */
const TOKEN = /(app-sk-|bearer\s+)(?:\S*bearer\s+)*\S+/gi
/** Any scheme; its length is bounded, so that no text makes the pattern slow. */
const URL_AND_ALL = /[a-z\d+.-]{0,64}:\/\/\S+/gi
/** Up to a quote, so that JSON stays JSON. */
const URL_IN_QUOTES = /[a-z\d+.-]{0,64}:\/\/[^\s"'<>]+/gi

/** What looks like a host, for a URL that runs on into other text. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?/i

/** The host, with the other rules applied to it: it may contain a secret. */
function restOfUrl(found: string, urls: 'host' | 'origin', rules: readonly Rule[]): string {
  const url = withoutEscape(found)
  const escape = found.slice(url.length)
  const host = URL.canParse(url) ? cut(HOST.exec(new URL(url).host)?.[0] ?? '', rules) : ''
  if (host === '') return `…${escape}`
  return urls === 'host' ? `${host}${escape}` : `${url.slice(0, url.indexOf(':'))}://${host}/…${escape}`
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

const escapePattern = (secret: string): string => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

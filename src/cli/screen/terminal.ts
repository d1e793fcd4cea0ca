import process from 'node:process'
import { styleText } from 'node:util'
import { redact } from '../../base/redact.ts'
import type { OutputArguments } from '../arguments/options.ts'
import { KEY_VARIABLES, variable } from '../session/environment.ts'

type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold'

/** For a terminal that does not tell its width. */
const DEFAULT_COLUMNS = 80

const SHORTEST_KEY = 32

export const isColored: boolean =
  process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'

/** Whether results go to a terminal. */
export const isTerminal = (): boolean => process.stdout.isTTY

/** Whether results and messages go to one terminal. */
export const sharesTerminal = (): boolean => process.stdout.isTTY && process.stderr.isTTY

/** The columns of a line of results; without a terminal there is no limit. */
export const lineWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || DEFAULT_COLUMNS : Infinity)

/** The same for a line of messages. */
export const messageWidth = (): number => (process.stderr.isTTY ? process.stderr.columns || DEFAULT_COLUMNS : Infinity)

/** Whether there is a terminal to ask on. Questions go to stderr, so that they do not mix with results. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY

/** Colours a text for a terminal. The text alone must say it as well. */
export function paint(style: Style, text: string): string {
  return isColored ? styleText(style, text) : text
}

/** Prints results: they go to stdout. */
export function print(text: string, secrets?: readonly string[]): void {
  process.stdout.write(`${safe(text, secrets)}\n`)
}

/** Prints progress and errors: they go to stderr. Secrets are cut, beside the keys of the environment. */
export function note(text: string, secrets?: readonly string[]): void {
  process.stderr.write(`${safe(text, secrets)}\n`)
}

/** Prints a value as one line of JSON with its version, and with every bigint as a decimal string. */
export function printJson(value: object, secrets?: readonly string[]): void {
  print(jsonOf(value), secrets)
}

/** Prints results that name a chain or a server of this process: their URLs and public keys stay whole. */
export function printWhole(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A line of JSON with what every node tells of the chain, and with a server of this process: such URLs stay whole. */
export function printChainJson(value: object): void {
  process.stdout.write(`${jsonOf(value)}\n`)
}

/** The version of the lines of JSON: a new field or a new type leaves it, everything else raises it. */
const JSON_VERSION = 1

const jsonOf = (value: object): string =>
  JSON.stringify({ v: JSON_VERSION, ...value }, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))

/** Whether results are lines of JSON: where that is asked for, and wherever no terminal shows them. */
export const wantsJson = ({ format, json }: OutputArguments): boolean =>
  json === true || format === 'json' || (format !== 'table' && !isTerminal())

/** Prints the URL of the page without redaction: this process made all of it. */
export function printPageUrl(url: string, stream: 'stdout' | 'stderr' = 'stderr'): void {
  process[stream].write(`The page is at ${url}\n`)
}

/** The same for the server of metrics. */
export function printMetricsUrl(url: string): void {
  process.stderr.write(`Metrics are at ${url}/metrics\n`)
}

/** Prints where a local server is, and its key where it was just made: this process made both, and nothing is redacted. */
export function printServer({ models, baseURL, key }: { models: string; baseURL: string; key: string | null }): void {
  if (key !== null) process.stderr.write(`The key is ${key}\n`)
  process.stderr.write(`Serving ${models} at ${baseURL}\n`)
}

/** Prints a call of the demo's server, with its key and its URL: nothing of it is redacted. */
export function printServerCall({ baseURL, key, body }: { baseURL: string; key: string; body: string }): void {
  const headers = [`authorization: Bearer ${key}`, 'content-type: application/json'].map((one) => `-H '${one}'`)
  process.stdout.write(`  curl ${baseURL}/chat/completions ${headers.join(' ')} -d '${body}'\n\n`)
}

/** The last net before the terminal: of a URL only the host remains, and no key of the environment appears. */
function safe(text: string, secrets: readonly string[] = []): string {
  const keys = KEY_VARIABLES.flatMap((name) => keyDigits(variable(name) ?? ''))
  return redact(text, { urls: 'host', colors: true, secrets: [...keys, ...secrets] })
}

/** The digits of a key. A shorter text is no key, and to cut it would blot out words that are none. */
function keyDigits(key: string): string[] {
  const digits = key.replace(/^0x/i, '')
  return digits.length < SHORTEST_KEY ? [] : [digits, digits.replace(/\s+/g, '')]
}

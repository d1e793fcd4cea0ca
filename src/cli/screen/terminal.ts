import process from 'node:process'
import { styleText } from 'node:util'
import { redact } from '../../base/redact.ts'

type Style = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold'

/** Some terminals do not tell how wide they are. */
const UNTOLD_COLUMNS = 80

const SHORTEST_KEY = 32

export const isColored: boolean =
  process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'

/** Somebody looks at the output as it comes. */
export const isTerminal = (): boolean => process.stdout.isTTY

/** What goes to stderr is seen in the same place. */
export const sharesTerminal = (): boolean => process.stdout.isTTY && process.stderr.isTTY

/** What a line of results has room for. */
export const lineWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || UNTOLD_COLUMNS : Infinity)

/** Somebody can be asked. Questions go to stderr, so that they do not mix with results. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY

/** Colour never says anything that the text does not. */
export function paint(style: Style, text: string): string {
  return isColored ? styleText(style, text) : text
}

/** Results go to stdout. */
export function print(text: string): void {
  process.stdout.write(`${safe(text)}\n`)
}

/** What is going on, and what went wrong, goes to stderr. */
export function note(text: string): void {
  process.stderr.write(`${safe(text)}\n`)
}

/** A value as one line of JSON, with every bigint as a decimal string. */
export function printJson(value: object): void {
  print(JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)))
}

/** Whether results are lines of JSON: where it was asked for, and where no terminal shows them. */
export const wantsJson = ({ json }: { json?: boolean | undefined }): boolean => json === true || !isTerminal()

/** Where the page is, once: the one URL that is printed whole. Nothing that came from elsewhere is in it. */
export function tellPage(url: string, stream: 'stdout' | 'stderr' = 'stderr'): void {
  process[stream].write(`The page is at ${url}\n`)
}

/** The last net before the terminal: of a URL only the host remains, and the wallet's key never appears. */
function safe(text: string): string {
  return redact(text, { urls: 'host', secrets: keyDigits(process.env['PRIVATE_KEY'] ?? '') })
}

/** The digits of a key. A shorter text is no key, and to cut it would blot out words that are none. */
function keyDigits(key: string): string[] {
  const digits = key.trim().replace(/^0x/i, '')
  return digits.length < SHORTEST_KEY ? [] : [digits]
}

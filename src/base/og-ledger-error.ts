import { codeOf, type ErrorCode } from './error-codes.ts'

/** The facts of an error, in the order in which they are worth reading. */
export type Facts = Readonly<Record<string, string | undefined>>

export type ErrorOptions = {
  cause?: unknown
  /** Whether the same call may succeed later without a change by the caller. */
  retryable?: boolean
}

/** Where each class of error has a section of its own, in this repository. */
const PAGE = 'docs/errors.md'

/** An error as JSON has it: what a log, or an answer to a client, may hold. */
export type ErrorRecord = {
  name: string
  code: ErrorCode
  /** The sentence, without its facts. */
  message: string
  facts: Facts
  retryable: boolean
  docs: string
  cause?: CauseRecord
}

type CauseRecord = { name: string; message: string; code?: ErrorCode; facts?: Facts; cause?: CauseRecord }

/**
 * Every error of og-ledger: one sentence, its facts, its cause, and whether to retry.
 *
 * @example
 * if (error instanceof OgLedgerError && error.code === 'OG_LEDGER_LOCKED') console.log(error.shortMessage, error.docs)
 */
export class OgLedgerError extends Error {
  override readonly name: string = 'OgLedgerError'
  /** The sentence alone. */
  readonly shortMessage: string
  readonly facts: Facts
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean

  constructor(sentence: string, facts: Facts = {}, { cause, retryable = false }: ErrorOptions = {}) {
    const known = Object.fromEntries(Object.entries(facts).filter((fact) => fact[1] !== undefined))
    super(messageOf(sentence, known), cause === undefined ? undefined : { cause })
    this.shortMessage = sentence
    this.facts = known
    this.retryable = retryable
  }

  /** Stable, and the same in a minified bundle: `OG_LEDGER_LOCKED`. A refusal at the wallet has EIP-1193's 4001. */
  get code(): ErrorCode {
    return codeOf(this.name)
  }

  /** The section about this error: when it is thrown, whether something was sent, what to do. */
  get docs(): string {
    return `${PAGE}#${this.name.toLowerCase()}`
  }

  /** The error at the root of its causes. */
  walk(): unknown
  /** The first error that matches, of this one and its causes; null where none does. */
  walk<T>(matches: (error: unknown) => error is T): T | null
  walk(matches: (error: unknown) => boolean): unknown
  walk(matches?: (error: unknown) => boolean): unknown {
    const chain = causesOf(this)
    return matches ? (chain.find(matches) ?? null) : chain.at(-1)
  }

  /** What `JSON.stringify` writes: name, code, sentence, facts, whether to retry, link, and the cause. */
  toJSON(): ErrorRecord {
    const { name, code, shortMessage: message, facts, retryable, docs } = this
    const cause = recordOf(causesOf(this).slice(1))
    return { name, code, message, facts, retryable, docs, ...(cause && { cause }) }
  }
}

/** An error and its causes, each once. */
function causesOf(error: unknown): unknown[] {
  const chain = new Set<unknown>()
  for (
    let one = error;
    one !== undefined && one !== null && !chain.has(one);
    one = one instanceof Error ? one.cause : null
  )
    chain.add(one)
  return [...chain]
}

/** The first of these causes, with those below it. */
function recordOf([first, ...others]: readonly unknown[]): CauseRecord | null {
  if (!(first instanceof Error)) return null
  const cause = recordOf(others)
  const { name } = first
  const own = first instanceof OgLedgerError ? { code: first.code, facts: first.facts } : {}
  return { name, message: first.message.split('\n', 1)[0] ?? '', ...own, ...(cause && { cause }) }
}

/** The sentence, and below it a line for each fact. */
function messageOf(sentence: string, facts: Facts): string {
  const known = Object.entries(facts)
  if (known.length === 0) return sentence
  const width = Math.max(...known.map(([name]) => name.length)) + 1
  return `${sentence}\n\n${known.map(([name, value]) => `${`${name}:`.padEnd(width)} ${value}`).join('\n')}`
}

import { createRequire } from 'node:module'
import { OgLedgerError } from '../../index.ts'
import type { Payment } from '../session/repetition.ts'
import type { OperationName } from './operations.ts'

/** What a command asks the process that keeps the wallet. Each request is one line of JSON, and so is each answer. */
export type Request = { version: string; wallet: string } & (
  | {
      type: 'send'
      /** Tells two requests apart that want the same. */ id: string
      pays: Payment | null
      operation: OperationName
      params: unknown
    }
  | { type: 'resolve'; intent: string; outcome: 'not-sent' | { hash: string } }
  | { type: 'pause' | 'resume'; provider: string | null; service: string }
  | { type: 'questions' }
  | { type: 'answer'; question: number; approved: boolean }
)

/** A question that waits for a person's answer. */
export type OpenQuestion = { question: number; text: string }

export type Answer =
  | { type: 'accepted'; pid: number }
  | { type: 'done'; result: unknown }
  | { type: 'failed'; name: string; message: string; facts: Readonly<Record<string, string>> }

/** A line longer than this is no request and no answer. */
export const LONGEST_LINE = 1_000_000

/** The version of this package: requests between two versions are refused, because one may read them otherwise. */
export const version = (createRequire(import.meta.url)('og-ledger/package.json') as { version: string }).version

/** One line of JSON. A bigint and an error become objects that `decode` reads. */
export function encode(value: object): string {
  return `${JSON.stringify(value, (_, one: unknown) => {
    if (typeof one === 'bigint') return { $bigint: String(one) }
    if (one instanceof OgLedgerError) return { $error: { name: one.name, message: one.message, facts: one.facts } }
    return one
  })}\n`
}

/** @throws SyntaxError for a line that is no JSON */
export function decode(line: string): unknown {
  return JSON.parse(line, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one
    if ('$bigint' in one && typeof one.$bigint === 'string') return BigInt(one.$bigint)
    if ('$error' in one) return remoteError(one.$error as Failure)
    return one
  })
}

type Failure = { name: string; message: string; facts: Readonly<Record<string, string>> }

/** An error of the other process, with its name and its words. */
export function remoteError({ name, message, facts }: Failure): OgLedgerError {
  const [sentence = message] = message.split('\n', 1)
  const error = new OgLedgerError(sentence, facts)
  Object.defineProperty(error, 'name', { value: name })
  return error
}

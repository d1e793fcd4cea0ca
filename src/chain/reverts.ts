import { AbiCoder, type Interface } from 'ethers'
import type { ErrorArgs } from '../base/contract-error-texts.ts'
import { readErrorsAbi } from './abi.ts'
import { oneLine } from '../base/one-line.ts'
import { panicArgs } from './panic.ts'

export type Revert = { errorName: string; errorArgs: ErrorArgs }

/**
 * Decodes revert data of a view call.
 *
 * @returns null for empty data: the contract gave no reason
 */
export const decodeReadRevert = (data: string): Revert | null => decodeRevertBy(readErrorsAbi, data)

/** Finds an error of the contracts by its selector, or decodes `Error(string)` and `Panic(uint256)` of older deployments. */
export function decodeRevertBy(errors: Interface, data: string): Revert | null {
  if (!/^0x[0-9a-f]{8,}$/i.test(data)) return null
  const selector = data.slice(0, 10).toLowerCase()
  const body = `0x${data.slice(10)}`
  try {
    if (selector === '0x08c379a0')
      return { errorName: 'Error', errorArgs: { reason: oneLine(String(decode('string', body))) } }
    if (selector === '0x4e487b71')
      return { errorName: 'Panic', errorArgs: panicArgs(BigInt(String(decode('uint256', body)))) }
    const error = errors.parseError(data)
    if (error) return { errorName: error.name, errorArgs: error.args.toObject() }
  } catch {
    // The selector is known, but its arguments cannot be decoded: return the raw data.
  }
  return { errorName: selector, errorArgs: { data } }
}

/** Finds revert data in the error of any node or wallet; `0x` for a revert without data, null for another failure. */
export function revertData(error: unknown): string | null {
  let reverted = false
  let fromMessage: string | null = null
  const visited = new Set<unknown>()
  const queue: unknown[] = [error]
  for (let at = 0; at < queue.length && at < MOST_PARTS; at += 1) {
    const part = queue[at]
    if (typeof part !== 'object' || part === null || visited.has(part)) continue
    visited.add(part)
    const { data, result, code, message, info, error: inner, cause, originalError } = part as Fields
    const found = bytesIn(data) ?? (at === 0 ? null : bytesIn(result)) ?? resultsIn(data)[0]
    if (found !== undefined && found !== null) return found
    // ethers uses CALL_EXCEPTION and "revert" also for a node that refused to answer: only the node's message counts.
    const isNode = code !== 'CALL_EXCEPTION'
    reverted ||= isNode && (saysReverted(message) || saysReverted(data) || code === EXECUTION_ERROR)
    if (isNode) fromMessage ??= bytesInMessage(message)
    queue.push(data, info, inner, cause, originalError, answerIn(part as Fields))
  }
  return reverted ? (fromMessage ?? '0x') : null
}

type Fields = Readonly<Record<string, unknown>>

const MOST_PARTS = 32
/** The JSON-RPC code of a failed execution. */
const EXECUTION_ERROR = 3

/** Bytes, also behind a word as in "Reverted 0x…"; null for empty bytes and for any other value. */
function bytesIn(data: unknown): string | null {
  const [, bytes = null] = typeof data === 'string' ? (/^(?:reverted:? )?(0x(?:[0-9a-f]{2})+)$/i.exec(data) ?? []) : []
  return bytes
}

/** Revert data inside of a message: a selector and whole words. */
function bytesInMessage(message: unknown): string | null {
  if (typeof message !== 'string') return null
  const [, bytes = null] = /\brevert(?:ed)?\b.*?\b(0x[0-9a-f]{8}(?:[0-9a-f]{64})*)(?![0-9a-f])/i.exec(message) ?? []
  return bytes
}

/** Some nodes put the return data of each transaction under its hash. A request's own `data` is no return data. */
function resultsIn(data: unknown): string[] {
  if (typeof data !== 'object' || data === null) return []
  return Object.values(data).flatMap((part: unknown) => {
    if (typeof part !== 'object' || part === null) return []
    const { return: returned, result, output } = part as Fields
    return bytesIn(returned) ?? bytesIn(result) ?? bytesIn(output) ?? []
  })
}

/** The JSON-RPC answer in the body of an HTTP error. The body of a batch does not tell which call reverted. */
function answerIn({ responseBody }: Fields): unknown {
  if (typeof responseBody !== 'string' || responseBody.length > LONGEST_BODY) return null
  try {
    const answer: unknown = JSON.parse(responseBody)
    return Array.isArray(answer) ? null : answer
  } catch {
    return null
  }
}

const LONGEST_BODY = 100_000

function saysReverted(text: unknown): boolean {
  return typeof text === 'string' && /\brevert(ed)?\b/i.test(text)
}

function decode(type: string, body: string): unknown {
  return AbiCoder.defaultAbiCoder().decode([type], body)[0]
}

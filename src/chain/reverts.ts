import { AbiCoder } from 'ethers'
import { contractError, type ContractError, type ErrorArgs } from '../base/contract-errors.ts'
import { errorsAbi } from './abi.ts'

export type Revert = { errorName: string; errorArgs: ErrorArgs }

/**
 * Decodes revert data: an error of the contracts, found by its selector, or `Error(string)` and `Panic(uint256)` of older
 * deployments.
 *
 * @returns null for empty data: the contract gave no reason
 */
export function decodeRevert(data: string): Revert | null {
  if (!/^0x[0-9a-f]{8,}$/i.test(data)) return null
  const selector = data.slice(0, 10).toLowerCase()
  const body = `0x${data.slice(10)}`
  try {
    if (selector === '0x08c379a0') return { errorName: 'Error', errorArgs: { reason: decode('string', body) } }
    if (selector === '0x4e487b71') return { errorName: 'Panic', errorArgs: { code: decode('uint256', body) } }
    const error = errorsAbi.parseError(data)
    if (error) return { errorName: error.name, errorArgs: error.args.toObject() }
  } catch {
    // The selector is known, but its arguments cannot be decoded: return the raw data.
  }
  return { errorName: selector, errorArgs: { data } }
}

/** The contract's error for a failed call or estimate; null when the call did not revert. */
export function revertError(operation: string, error: unknown): ContractError | null {
  const data = revertData(error)
  if (data === null) return null
  const { errorName, errorArgs } = decodeRevert(data) ?? { errorName: 'no reason', errorArgs: {} }
  return contractError({ operation, errorName, errorArgs })
}

/** Finds revert data in the error of any node or wallet; `0x` for a revert without data, null for another failure. */
export function revertData(error: unknown): string | null {
  let reverted = false
  const seen = new Set<unknown>()
  const queue: unknown[] = [error]
  for (let at = 0; at < queue.length && at < 32; at += 1) {
    const part = queue[at]
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    const { data, code, message, info, error: inner, cause, originalError } = part as Record<string, unknown>
    if (typeof data === 'string' && /^0x([0-9a-f]{2})+$/i.test(data)) return data
    // ethers uses CALL_EXCEPTION and "revert" also for a node that refused to answer: only the node's message counts.
    reverted ||= code !== 'CALL_EXCEPTION' && typeof message === 'string' && /\brevert(ed)?\b/i.test(message)
    queue.push(data, info, inner, cause, originalError)
  }
  return reverted ? '0x' : null
}

function decode(type: string, body: string): unknown {
  return AbiCoder.defaultAbiCoder().decode([type], body)[0]
}

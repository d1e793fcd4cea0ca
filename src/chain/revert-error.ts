import type { ContractError } from '../base/contract-errors.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { oneLine } from '../base/one-line.ts'
import { messagesOf } from './cause.ts'
import { errorsAbi } from './errors-abi.ts'
import { decodeRevertBy, revertData, type Revert } from './reverts.ts'

/** Decodes revert data of a transaction or of its estimate; null for empty data: the contract gave no reason. */
export const decodeRevert = (data: string): Revert | null => decodeRevertBy(errorsAbi, data)

/** The contract's error for a failed call or estimate; null when the call did not revert. */
export function revertError(operation: string, error: unknown): ContractError | null {
  const data = revertData(error)
  if (data === null) return null
  const text = data === '0x' ? revertReason(error) : null
  const noData =
    text === null ? { errorName: 'no reason', errorArgs: {} } : { errorName: 'Error', errorArgs: { reason: text } }
  return contractRefusal({ operation, ...(decodeRevert(data) ?? noData) })
}

const REASON = /(?:\breverted: |\breverted with reason(?: string)?:? |: revert )['"]?([^'"\n]*\w[^'"\n]*)['"]?$/i

/** The reason that a node gives only in its message, as in "execution reverted: not enough"; null without one. */
export function revertReason(error: unknown): string | null {
  for (const message of messagesOf(error)) {
    const [, reason] = REASON.exec(message) ?? []
    if (reason !== undefined) return oneLine(reason)
  }
  return null
}

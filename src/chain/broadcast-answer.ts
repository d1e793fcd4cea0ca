import { broadcastTexts, type BroadcastGrade, type BroadcastReason } from './broadcast-texts.ts'
import { reasonOf } from './cause.ts'

/** A node's answer to a broadcast, as far as it is known. */
export type BroadcastAnswer = {
  grade: BroadcastGrade
  reason: BroadcastReason
  /** The least fee per gas that the node asks for, in wei, where its text names one. */
  feeNeeded: bigint | null
  /** The node's own words in one line, without credentials. */
  message: string
}

export const ARRIVED: BroadcastAnswer = { grade: 'arrived', reason: 'none', feeNeeded: null, message: '' }

/** Grades an error that a broadcast was answered with, by the node's code or text. */
export function gradeBroadcastError(error: unknown): BroadcastAnswer {
  const message = reasonOf(error)
  const known = broadcastTexts.find(({ texts }) => texts.some((text) => text.test(message)))
  if (!known) return { grade: 'unknown', reason: 'unknown', feeNeeded: null, message }
  const { grade, reason } = known
  return { grade, reason, feeNeeded: reason === 'fee-too-low' ? feeIn(message) : null, message }
}

/** `gas tip cap 1, minimum needed 2000000000`, `provided fee < minimum global fee (1 < 2)`. */
function feeIn(message: string): bigint | null {
  const found = /minimum needed:? (\d{1,30})/i.exec(message) ?? /baseFee: ?(\d{1,30})/i.exec(message)
  return found?.[1] === undefined ? null : BigInt(found[1])
}

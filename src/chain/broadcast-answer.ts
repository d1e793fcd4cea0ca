import { broadcastTexts, type BroadcastGrade, type BroadcastReason } from './broadcast-texts.ts'
import { reasonOf } from './cause.ts'

/** A node's answer to a broadcast, as far as it is known. */
export type BroadcastAnswer = {
  grade: BroadcastGrade
  reason: BroadcastReason
  /** The node's own words in one line, without credentials. */
  message: string
}

export const ARRIVED: BroadcastAnswer = { grade: 'arrived', reason: 'none', message: '' }

/** Grades an error that a broadcast was answered with, by the node's code or text. */
export function gradeBroadcastError(error: unknown): BroadcastAnswer {
  const message = reasonOf(error)
  const known = broadcastTexts.find(({ texts }) => texts.some((text) => text.test(message)))
  return { grade: known?.grade ?? 'unknown', reason: known?.reason ?? 'unknown', message }
}

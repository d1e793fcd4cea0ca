import type { BlockClock } from '../base/block-clock.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import { SupersededError } from '../base/errors.ts'
import { UnknownPendingError } from '../transactions/send-errors.ts'

/**
 * Dates the failure of a payment, so that its chart backs off. Where another transaction came first, nothing was paid and
 * nothing is wrong: that rejection is marked, and the chart waits for no back-off.
 */
export async function datedUnlessOvertaken<T>(work: Promise<T>, blockClock: Pick<BlockClock, 'dated'>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isOvertaken(error)) throw Object.assign(new Error(error.message, { cause: error }), { overtaken: true })
    return blockClock.dated(Promise.reject(error))
  }
}

function isOvertaken(error: unknown): error is Error {
  return error instanceof OvertakenError || error instanceof SupersededError || error instanceof UnknownPendingError
}

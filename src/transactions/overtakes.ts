import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import { BudgetExhaustedError, SupersededError } from '../base/sending-errors.ts'

/** A program that never rests must not keep a caller for ever. */
const MOST = 5
/** A node that lags may not show the other transaction yet. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 4_000

/**
 * Decides whether a decision is taken anew because another transaction of the wallet came first, or another machine's payment of a budget
 * that both share: then nothing was sent, or what was sent can never be mined. It waits a moment, and rejects with the error where it is another one, or has come too often.
 */
export type DecideAnew = (error: unknown, signal?: AbortSignal) => Promise<void>

export function createDecideAnew(clock: Pick<Clock, 'after'>): DecideAnew {
  let overtaken = 0
  return async (error, signal) => {
    if (!isOvertaken(error) || overtaken >= MOST) throw error
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** overtaken, LONGEST_PAUSE_MS)
    overtaken += 1
    await new Promise<void>((resolve) => void clock.after(ms, resolve))
    throwIfAborted(signal)
  }
}

/** Works anew, from a new reading, as often as another transaction came first, up to the bound. */
export async function unlessOvertaken<T>(clock: Pick<Clock, 'after'>, work: () => Promise<T>): Promise<T> {
  const decideAnew = createDecideAnew(clock)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      await decideAnew(error)
    }
  }
}

function isOvertaken(error: unknown): boolean {
  // What is thrown while an intent is sent is a refusal of the journal's store: it has told meanwhile what the budget leaves.
  return [OvertakenError, SupersededError, BudgetExhaustedError].some((kind) => error instanceof kind)
}

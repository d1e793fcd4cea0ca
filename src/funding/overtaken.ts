import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { DepositDecision } from '../../machines/ledger/auto-deposit.types.ts'
import { weiToOg } from '../base/amounts.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import { BudgetExhaustedError, SupersededError } from '../base/sending-errors.ts'
import { UnknownPendingError } from '../transactions/send-errors.ts'

/**
 * Dates the failure of a payment, so that its chart backs off. Where another transaction came first, or another machine's payment of a
 * budget that both share, nothing was paid and nothing is wrong: that rejection is marked, and the chart waits for no back-off.
 */
export async function datedUnlessOvertaken<T>(work: Promise<T>, blockClock: Pick<BlockClock, 'dated'>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isOvertaken(error)) throw Object.assign(new Error(error.message, { cause: error }), { overtaken: true })
    return blockClock.dated(Promise.reject(error))
  }
}

/**
 * Refuses an approved amount that a plan does not want any more: auto-funding may be paused by now, a caller may have paid,
 * or limits may leave less. What is wanted instead is proposed anew, since the approval was for this amount.
 *
 * @throws OvertakenError
 */
export function checkStillWanted(
  approved: bigint,
  decision: Decision | DepositDecision | null | undefined,
  facts: { provider?: string } = {},
): void {
  const wanted = !decision || decision.action === 'hold' ? 0n : decision.amount
  if (wanted >= approved) return
  throw new OvertakenError('What was approved is not wanted any more.', {
    ...facts,
    approved: `${weiToOg(approved)} OG`,
    wanted: `${weiToOg(wanted)} OG`,
    because: decision?.action === 'hold' ? decision.reason : undefined,
  })
}

function isOvertaken(error: unknown): error is Error {
  return [OvertakenError, SupersededError, UnknownPendingError, BudgetExhaustedError].some(
    (kind) => error instanceof kind,
  )
}

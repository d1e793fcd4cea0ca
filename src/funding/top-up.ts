import type { TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Submitter } from '../transactions/submitter.ts'
import type { Dispatch } from './dispatch.ts'
import type { Plan } from './plan.ts'
import type { Planner } from './planner.ts'

export type TopUpOptions = {
  planner: Pick<Planner, 'plan'>
  dispatch: Pick<Dispatch, 'latest' | 'decisionOf'>
  positions: {
    fresh(signal?: AbortSignal): Promise<Position>
    /** Whether the wallet has a receipt that a position of this block does not show. */
    isOvertaken(block: number): boolean
  }
  /** Whether a caller or a transaction is changing a sub-account. */
  isTaken: (id: SubAccountId) => boolean
  rules: Rules
  submit: Submitter['submit']
}

/** Sends a top-up that an actor requests. */
export type TopUp = (request: TopUpRequest, signal: AbortSignal) => Promise<TopUpReceipt>

/**
 * The money rule of a top-up: it is sent only while a plan still wants it. An approved amount is checked against a plan of
 * a new reading, and no top-up overtakes another transaction of its sub-account.
 */
export function createTopUp({ planner, dispatch, positions, isTaken, rules, submit }: TopUpOptions): TopUp {
  return async (request, signal) => {
    // An approval comes some time after the decision.
    if (dispatch.decisionOf(request)?.action !== 'top-up')
      checkWanted(request, planner.plan(await positions.fresh(signal)))
    checkNotOvertaken(request)
    // The budget window counts a payment from the newest reading on.
    const block = dispatch.latest()?.block
    const decidedAt = Math.max(request.decidedAt, block?.timestamp ?? 0)
    const pendingRefund = dispatch.decisionOf(request)?.pendingRefund ?? 0n
    const intent = transferIntent(request, BigInt(request.amount), rules, {
      decidedAt,
      asOf: block?.number,
      pendingRefund,
    })
    const { transactionHash, blockNumber } = await submit(intent, { signal, background: true })
    return { transactionHash, blockNumber }
  }

  function checkNotOvertaken(request: TopUpRequest): void {
    if (!isTaken(request) && !positions.isOvertaken(dispatch.latest()?.block.number ?? 0)) return
    throw new OvertakenError('Another transaction overtook the top-up.', { provider: request.provider })
  }
}

/**
 * Refuses an approved amount that a plan does not want any more: auto-funding may be paused by now, a caller may have paid
 * the sub-account, or limits may leave less. What is wanted instead is proposed anew, since the approval was for this amount.
 *
 * @throws OvertakenError
 */
export function checkWanted(request: TopUpRequest, { decisions }: Plan): void {
  const { provider, amount } = request
  const decision = decisions.find((one) => keyOf(one) === keyOf(request))
  const wanted = !decision || decision.action === 'hold' ? 0n : decision.amount
  if (wanted >= BigInt(amount)) return
  throw new OvertakenError('What was approved is not wanted any more.', {
    provider,
    approved: `${weiToOg(BigInt(amount))} OG`,
    wanted: `${weiToOg(wanted)} OG`,
    because: decision?.action === 'hold' ? decision.reason : undefined,
  })
}

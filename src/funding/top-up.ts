import type { TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { OvertakenError } from '../base/not-sent-errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Submitter } from '../transactions/submitter.ts'
import type { Dispatch } from './dispatch.ts'
import { checkStillWanted } from './overtaken.ts'
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
    if (dispatch.decisionOf(request)?.action !== 'top-up') {
      const { decisions } = planner.plan(await positions.fresh(signal))
      const decision = decisions.find((one) => keyOf(one) === keyOf(request))
      checkStillWanted(BigInt(request.amount), decision, { provider: request.provider })
    }
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

import type { TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { NotSentError } from '../base/errors.ts'
import type { Rules } from '../chain/port.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SubmitOptions } from '../transactions/lane.ts'
import type { Dispatch } from './dispatch.ts'
import { decisionIn, type Plan, type Planner } from './planner.ts'

export type TopUpOptions = {
  rules: Rules
  planner: Pick<Planner, 'plan'>
  dispatch: Pick<Dispatch, 'latest' | 'decisionOf'>
  positions: {
    fresh(signal?: AbortSignal): Promise<Position>
    /** Whether the wallet has a receipt that a position of this block does not show. */
    isOvertaken(block: number): boolean
  }
  locks: Pick<AccountLocks, 'isTaken'>
  submit: (intent: Intent, options: SubmitOptions) => Promise<Receipt>
}

/** @throws NotSentError, retryable, where the amount is not wanted any more or another transaction came first */
export type TopUp = (request: TopUpRequest, signal: AbortSignal) => Promise<TopUpReceipt>

/**
 * Sends a top-up, and only what a fresh plan still wants. A decision of the latest plan is sent as it is. A person may
 * approve long after the decision, so an approved amount is compared with a plan on a new reading first.
 */
export function createTopUp({ rules, planner, dispatch, positions, locks, submit }: TopUpOptions): TopUp {
  return async function topUp(request, signal) {
    if (dispatch.decisionOf(request)?.action !== 'top-up')
      checkWanted(request, planner.plan(await positions.fresh(signal)))
    if (locks.isTaken(request) || positions.isOvertaken(dispatch.latest()?.block.number ?? 0))
      throw new NotSentError(
        'Another transaction overtook the top-up.',
        { provider: request.provider },
        { retryable: true },
      )
    // An approved payment counts in budgets from the reading that confirmed it, not from the older proposal.
    const decidedAt = Math.max(request.decidedAt, dispatch.latest()?.block.timestamp ?? 0)
    const pendingRefund = dispatch.decisionOf(request)?.pendingRefund ?? 0n
    const intent = transferIntent(request, BigInt(request.amount), rules, { decidedAt, pendingRefund })
    const { transactionHash, blockNumber } = await submit(intent, { signal, background: true })
    return { transactionHash, blockNumber }
  }
}

/**
 * Since the approval auto-funding may have been paused, another program may have paid, or limits may leave less. Then the
 * approved amount is refused, and the next plan proposes another one: the person approved this amount and no other.
 */
function checkWanted(request: TopUpRequest, plan: Plan): void {
  const { provider, amount } = request
  const decision = decisionIn(plan, request)
  const wanted = !decision || decision.action === 'hold' ? 0n : decision.amount
  if (wanted >= BigInt(amount)) return
  throw new NotSentError(
    'The approved amount is not wanted any more.',
    {
      provider,
      approved: `${weiToOg(BigInt(amount))} OG`,
      wanted: `${weiToOg(wanted)} OG`,
      because: decision?.action === 'hold' ? decision.reason : undefined,
    },
    { retryable: true },
  )
}

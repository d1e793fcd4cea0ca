import { NotSentError } from '../base/errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rejection } from '../provider/rejection.ts'
import type { FundedAccounts } from './funded-accounts.ts'
import type { GasPrice } from './gas-price.ts'
import type { OwnLimits } from './limits.ts'
import type { OnDemand } from './on-demand.ts'
import type { Planner } from './planner.ts'
import { goalOf } from './rejection-goal.ts'
import type { Funded } from './sub-account-funding.ts'

export type RequestFundingOptions = {
  accounts: Pick<FundedAccounts, 'get'>
  planner: Pick<Planner, 'rejectionLevels'>
  onDemand: Pick<OnDemand, 'fill'>
  gas: Pick<GasPrice, 'ask'>
  refuseWhileClosing: (operation: string) => void
}

export type RequestTerms = OwnLimits & { onPendingRefund: 'hold' | 'reuse'; timeoutMs: number }

/**
 * Funds the sub-account that a provider rejected requests for. It pays without a call, so that it holds where auto-funding
 * of the sub-account is paused, or needs approval.
 *
 * @param rejections of all requests that wait for it so far
 * @throws what `ensureFunded` throws; NotSentError with the fact `hold` where a person decides
 */
export type RequestFunding = (
  id: SubAccountId,
  terms: RequestTerms,
  request: { rejections: () => readonly Rejection[]; signal: AbortSignal },
) => Promise<Funded>

export function createRequestFunding(options: RequestFundingOptions): RequestFunding {
  const { accounts, planner, onDemand, gas, refuseWhileClosing } = options

  return (id, { onPendingRefund, timeoutMs, ...own }, { rejections, signal }) =>
    onDemand.fill(id, { own, onPendingRefund, timeoutMs, signal, acceptsPart: true }, async () => {
      checkPerson(id)
      refuseWhileClosing('endpoint')
      // The reserve for the way out is known only with a price.
      await gas.ask()
      return (account) => goalOf(rejections(), account !== undefined, planner.rejectionLevels(id))
    })

  function checkPerson(id: SubAccountId): void {
    const account = accounts.get(id)
    if (account?.paused)
      throw new NotSentError('Auto-funding is paused for this provider.', {
        provider: id.provider,
        hold: 'paused',
        do: 'call resumeAutoFunding(provider)',
      })
    if (account?.policy.approve)
      throw new NotSentError('A person approves each top-up of this provider, and a request cannot wait for that.', {
        provider: id.provider,
        hold: 'awaiting-approval',
        do: 'approve the top-up that auto-funding proposes, or start it without approve',
      })
  }
}

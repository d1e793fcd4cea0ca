import { Lazy } from '../base/lazy.ts'
import { ReadOnlyError } from '../base/errors.ts'
import type { Plan } from '../funding/plan.ts'
import type { Claims } from '../refunds/claim.ts'
import type { Refunds, RefundsOptions } from '../refunds/refunds.ts'
import type { Lane } from '../transactions/lane.types.ts'
import type { Sending } from './engine-options.ts'

export type RefundsPartOptions = Omit<RefundsOptions, 'lane'> & {
  /** Null for a broker without a signer, as is `sending`. */
  lane: Lane | null
  sending: Pick<Sending, 'createRefunds'> | null
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
}

/** Refunds, as far as there are claims: most wallets have none. */
export type RefundsPart = Pick<Refunds, 'act' | 'failureOf' | 'reclaims' | 'resume'> & {
  /** @throws ReadOnlyError without a signer, LedgerClosingError while the ledger is being closed */
  claims(): Claims
}

export function refundsOn({ lane, sending, refuseWhileClosing, ...options }: RefundsPartOptions): RefundsPart {
  const refunds = lane && sending && new Lazy(() => sending.createRefunds({ ...options, lane }))

  return {
    act(plan) {
      if (isAnyDue(plan)) refunds?.part.act(plan)
    },
    failureOf: (id) => refunds?.made?.failureOf(id) ?? null,
    reclaims: {
      isUnderway: () => refunds?.made?.reclaims.isUnderway() ?? false,
      failureOf: (id) => refunds?.made?.reclaims.failureOf(id) ?? null,
    },
    claims() {
      if (!refunds) throw new ReadOnlyError(options.wallet)
      refuseWhileClosing('claimRefunds')
      return refunds.part.claims
    },
    resume() {
      if (lane && lane.workflows.claims.list().length > 0) refunds?.part.resume()
    },
  }
}

const isAnyDue = ({ decisions }: Plan): boolean =>
  decisions.some(({ claim, reclaim }) => claim?.wait === null || reclaim?.wait === null)

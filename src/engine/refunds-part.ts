import { ReadOnlyError } from '../base/not-sent-errors.ts'
import { partOf, type Room } from '../base/room.ts'
import type { Plan } from '../funding/plan.ts'
import type { Claims } from '../refunds/claim.ts'
import type { Refunds, RefundsOptions } from '../refunds/refunds.ts'
import type { Lane } from '../transactions/lane.ts'

export type RefundsPartOptions = Omit<RefundsOptions, 'lane'> & {
  /** Null for a broker without a signer. */
  lane: Lane | null
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  /** Has the next position read now. */
  nudge: () => void
  room: Room<typeof import('../refunds/refunds.ts')>
}

/** Refunds, as far as there are claims: their code is loaded with a journal that has open ones, and before the first. */
export type RefundsPart = Pick<Refunds, 'act' | 'failureOf' | 'reclaims' | 'resume'> & {
  /** Rejects with ReadOnlyError without a signer, LedgerClosingError while the ledger is being closed. */
  claims(): Promise<Claims>
}

export function refundsOn(options: RefundsPartOptions): RefundsPart {
  const { lane, refuseWhileClosing, nudge, room } = options
  const part = lane && partOf(room, ({ createRefunds }) => createRefunds({ ...options, lane }))
  let isLoading = false

  return {
    act(plan) {
      if (!isAnyDue(plan)) return
      if (part?.now) part.now.act(plan)
      else loadForNext()
    },
    failureOf: (id) => part?.made?.failureOf(id) ?? null,
    reclaims: {
      isUnderway: () => part?.made?.reclaims.isUnderway() ?? false,
      failureOf: (id) => part?.made?.reclaims.failureOf(id) ?? null,
    },
    async claims() {
      if (!part) throw new ReadOnlyError(options.wallet)
      refuseWhileClosing('claimRefunds')
      return (await part.load()).claims
    },
    resume() {
      if (lane && lane.workflows.claims.list().length > 0) part?.now?.resume()
    },
  }

  /** A plan may be old once the code is there: the next one is acted on. Where it cannot be loaded, that one tries again. */
  function loadForNext(): void {
    if (!part || isLoading) return
    isLoading = true
    part
      .load()
      .then(
        () => nudge(),
        (err: unknown) => options.logger.warn({ err }, 'what claims refunds could not be loaded'),
      )
      .finally(() => (isLoading = false))
  }
}

const isAnyDue = ({ decisions }: Plan): boolean =>
  decisions.some(({ claim, reclaim }) => claim?.wait === null || reclaim?.wait === null)

import type { AutoFundingPolicy } from './config.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { createKeeper, AutoFundingActor, FundedAccount } from './keeper.ts'
import type { createPositions } from '../streams/positions.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

export type AutoFundingOptions = {
  keeper: ReturnType<typeof createKeeper>
  positions: ReturnType<typeof createPositions>
  /** How often the position is read where nobody asks for more. */
  intervalMs: number
  /** Throws where nothing can be sent. */
  requireSending: () => void
}

/** Starting and stopping: the position is looked at for as long as auto-funding is on for anybody. */
export function createAutoFunding({ keeper, positions, intervalMs, requireSending }: AutoFundingOptions) {
  let watching: { unsubscribe(): void } | null = null

  return {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor {
      requireSending()
      // No surprise wallet pop-ups.
      if ('document' in globalThis && policy.approve === null)
        throw new InvalidInputError('In a browser auto-funding asks before each top-up.', {
          provider: id.provider,
          do: 'pass approve: a function that asks the person at the page',
        })
      if ('document' in globalThis && policy.autoClaim) throw claimsUnasked({ provider: id.provider })
      const actor = keeper.start(id, policy)
      adjust()
      return actor
    },
    stop,
    stopAll(): void {
      for (const { id } of keeper.all()) stop(id)
    },
    /** A paused one stays on, and holds. */
    pause(id: SubAccountId, paused: boolean): void {
      keeper.pause(id, paused)
      positions.nudge()
    },
    all: (): readonly FundedAccount[] => keeper.all(),
    limitsOf: keeper.limitsOf,
    close(): void {
      watching?.unsubscribe()
      keeper.close()
    },
  }

  function stop(id: SubAccountId): void {
    keeper.stop(id)
    adjust()
  }

  function adjust(): void {
    if (keeper.all().length === 0) {
      watching?.unsubscribe()
      watching = null
      positions.setIntervalMs(intervalMs)
      return
    }
    positions.nudge()
    positions.setIntervalMs(Math.min(intervalMs, keeper.intervalMs() ?? intervalMs))
    watching ??= positions.positions$.subscribe()
  }
}

/** A wallet would pop up, and nobody would know why. */
export function claimsUnasked(facts: Record<string, string> = {}): InvalidInputError {
  return new InvalidInputError('In a browser refunds are not claimed by themselves.', {
    ...facts,
    do: 'leave autoClaim out, and call claimRefunds when the person at the page asks for it',
  })
}

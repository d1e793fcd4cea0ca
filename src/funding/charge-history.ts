import { BURN_WINDOW } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { createCachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'
import type { BurnRates } from './burn-rates.ts'

const TIMEOUT_MS = 10_000

export type ChargeHistoryOptions = {
  burns: BurnRates
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  clock: Clock
  logger: Logger
}

export type ChargeHistory = {
  /** Resolves once earlier charges are known, or cannot be. */
  learn(position: Position): Promise<void>
  /** The same for a reading, which waits half a second at most. */
  refresh(position: Position): Promise<void>
}

/**
 * What providers charged before the first reading, read once from the node's logs. A node without logs leaves the burn
 * to what readings show.
 */
export function createChargeHistory({ burns, readSettlements, clock, logger }: ChargeHistoryOptions): ChargeHistory {
  const { ask, refresh } = createCachedQuestion<void, Position>({
    async query({ block }) {
      try {
        const until = burns.first() ?? block
        burns.learn(await withTimeout(TIMEOUT_MS, () => readSettlements(until, BURN_WINDOW), clock))
      } catch (error) {
        logger.warn({ err: error }, 'earlier charges are unknown; the burn is measured from now on')
      }
    },
    goodForMs: () => Infinity,
    clock,
  })
  return { learn: ask, refresh }
}

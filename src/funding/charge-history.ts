import { BURN_WINDOW } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { createBurnRates } from './burn-rates.ts'
import { withTimeout } from '../base/timeout.ts'

const LEARN_TIMEOUT_MS = 10_000

export type ChargeHistoryOptions = {
  burns: ReturnType<typeof createBurnRates>
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  clock: Clock
  logger: Logger
}

/** What was charged before this process looked: asked for once, when somebody first wants to know the burn. */
export function createChargeHistory({ burns, readSettlements, clock, logger }: ChargeHistoryOptions) {
  let learning: Promise<void> | null = null

  return {
    /** A node that keeps no logs, or refuses them, leaves the burn to what readings show from now on. */
    learn({ block }: Position): Promise<void> {
      return (learning ??= withTimeout(
        LEARN_TIMEOUT_MS,
        () => readSettlements(burns.first() ?? block, BURN_WINDOW),
        clock,
      ).then(burns.learn, (error: unknown) =>
        logger.warn({ err: error }, 'earlier charges are unknown; the burn is measured from now on'),
      ))
    },
  }
}

import { BURN_WINDOW } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { createCachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'
import { LONGEST_WINDOW } from '../base/durations.ts'
import type { BurnRates } from './burn-rates.ts'

const TIMEOUT_MS = 10_000
/** Ranges of logs that are searched for older charges: one answer reaches back 50 000 blocks at most. */
const MOST_SEARCHES = 8

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
  /**
   * Searches one more range of older logs for the first charge of providers that count as new: a restart must not make an
   * old one new. Waits half a second at most.
   */
  search(position: Position): Promise<void>
  /** Searches all of them, and waits. */
  searchAll(position: Position): Promise<void>
}

/**
 * What providers charged before the first reading, read once from the node's logs. A node without logs leaves the burn
 * to what readings show.
 */
export function createChargeHistory({ burns, readSettlements, clock, logger }: ChargeHistoryOptions): ChargeHistory {
  /** The newest block whose logs were not searched yet; null before the first answer, and after the last. */
  let older: Block | null = null
  let searches = 0
  const charges = createCachedQuestion<void, Position>({
    async query({ block }) {
      try {
        const until = burns.first() ?? block
        const settlements = await withTimeout(TIMEOUT_MS, () => readSettlements(until, BURN_WINDOW), clock)
        burns.learn(settlements)
        older = blockBefore(settlements)
      } catch (error) {
        logger.warn({ err: error }, 'earlier charges are unknown; the burn is measured from now on')
      }
    },
    goodForMs: () => Infinity,
    clock,
  })
  const further = createCachedQuestion<void, Position>({ query: searchOlder, goodForMs: () => 0, clock })
  return {
    learn: (position) => charges.ask(position),
    refresh: (position) => charges.refresh(position),
    search: (position) => further.refresh(position),
    async searchAll(position) {
      await charges.ask(position)
      while (older !== null) await further.ask(position)
    },
  }

  async function searchOlder({ block }: Position): Promise<void> {
    const until = older
    if (until === null) return
    searches += 1
    const isLast = searches >= MOST_SEARCHES || block.timestamp - until.timestamp > LONGEST_WINDOW
    try {
      const settlements = await withTimeout(TIMEOUT_MS, () => readSettlements(until, LONGEST_WINDOW), clock)
      burns.recall(settlements.settled)
      older = isLast ? null : blockBefore(settlements)
    } catch (error) {
      logger.debug({ err: error, until }, 'older charges are unknown')
      if (isLast) older = null
    }
  }
}

function blockBefore({ since, sinceBlock }: Settlements): Block | null {
  return sinceBlock > 1 ? { number: sinceBlock - 1, timestamp: since } : null
}

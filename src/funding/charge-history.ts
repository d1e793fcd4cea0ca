import { BURN_WINDOW } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { createCachedQuestion, type CachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { Pending } from '../base/pending.ts'
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
  /** The same for a reading, which waits half a second at most; null where they are known. */
  refresh(position: Position): Pending
  /**
   * Searches one more range of older logs for the first charge of providers that count as new: a restart must not make an
   * old one new. Waits half a second at most.
   */
  search(position: Position): Pending
  /** Searches all of them, and waits. */
  searchAll(position: Position): Promise<void>
}

/**
 * What providers charged before the first reading, read once from the node's logs. A node without logs leaves the burn
 * to what readings show.
 */
export function createChargeHistory(options: ChargeHistoryOptions): ChargeHistory {
  return new LogsOfCharges(options)
}

class LogsOfCharges implements ChargeHistory {
  readonly #options: ChargeHistoryOptions
  readonly #recent: CachedQuestion<void, Position>
  /** Made where a provider counts as new. */
  readonly #older: Lazy<CachedQuestion<void, Position>>
  /** The newest block whose logs were not searched yet; null before the first answer, and after the last. */
  #next: Block | null = null
  #searches = 0

  constructor(options: ChargeHistoryOptions) {
    const { clock } = options
    this.#options = options
    this.#recent = createCachedQuestion({ query: (about) => this.#read(about), goodForMs: () => Infinity, clock })
    this.#older = new Lazy(() =>
      createCachedQuestion({ query: (about) => this.#search(about), goodForMs: () => 0, clock }),
    )
  }

  learn(position: Position): Promise<void> {
    return this.#recent.ask(position)
  }

  refresh(position: Position): Pending {
    return this.#recent.refresh(position)
  }

  search(position: Position): Pending {
    return this.#older.part.refresh(position)
  }

  async searchAll(position: Position): Promise<void> {
    await this.learn(position)
    while (this.#next !== null) await this.#older.part.ask(position)
  }

  async #read({ block }: Position): Promise<void> {
    const { burns, readSettlements, clock, logger } = this.#options
    try {
      const until = burns.first() ?? block
      const settlements = await withTimeout(TIMEOUT_MS, () => readSettlements(until, BURN_WINDOW), clock)
      burns.learn(settlements)
      this.#next = blockBefore(settlements)
    } catch (error) {
      logger.warn({ err: error }, 'earlier charges are unknown; the burn is measured from now on')
    }
  }

  async #search({ block }: Position): Promise<void> {
    const until = this.#next
    if (until === null) return
    const { burns, readSettlements, clock, logger } = this.#options
    this.#searches += 1
    const isLast = this.#searches >= MOST_SEARCHES || block.timestamp - until.timestamp > LONGEST_WINDOW
    try {
      const settlements = await withTimeout(TIMEOUT_MS, () => readSettlements(until, LONGEST_WINDOW), clock)
      burns.recall(settlements.settled)
      this.#next = isLast ? null : blockBefore(settlements)
    } catch (error) {
      logger.debug({ err: error, until }, 'older charges are unknown')
      if (isLast) this.#next = null
    }
  }
}

function blockBefore({ since, sinceBlock }: Settlements): Block | null {
  return sinceBlock > 1 ? { number: sinceBlock - 1, timestamp: since } : null
}

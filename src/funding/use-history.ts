import type { Block, Settlements } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Pending } from '../base/pending.ts'
import { withTimeout } from '../base/timeout.ts'
import type { Uses } from './uses.ts'

const TIMEOUT_MS = 10_000
/** After a failure the node is left alone for this long. */
const RETRY_MS = 600_000
/** Stretches are counted in blocks of the usual time: asking for a little more covers them whole. */
const MARGIN = 600

export type UseHistoryOptions = {
  uses: Pick<Uses, 'knownSince' | 'unclear' | 'learn'>
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  /** The longest time of any policy, in seconds; 0 where none reclaims idle money. */
  longest: () => number
  clock: Clock
  logger: Logger
}

export type UseHistory = {
  /** Reads what is missing before a block, one stretch after the other; resolves once the node gives no more. Null where nothing is. */
  learn(block: Block): Pending
  /** Logs are being read. */
  isReading(): boolean
  /** Reads the use of so many seconds from now on, as for a policy: for a dry run, which has none. */
  want(seconds: number): void
}

/**
 * What used sub-accounts before the first reading, read from the node's logs, the newest first, until the longest time
 * of a policy is covered. Without logs it is known from the first reading on.
 */
export function createUseHistory(options: UseHistoryOptions): UseHistory {
  return new LogsOfUse(options)
}

class LogsOfUse implements UseHistory {
  readonly #options: UseHistoryOptions
  #pending: Promise<void> | null = null
  #wanted = 0
  #retryAt = 0
  #isWarned = false

  constructor(options: UseHistoryOptions) {
    this.#options = options
  }

  learn(block: Block): Pending {
    if (this.#pending === null && this.#missing(block) === null) return null
    return (this.#pending ??= this.#learn(block).finally(() => (this.#pending = null)))
  }

  isReading(): boolean {
    return this.#pending !== null
  }

  want(seconds: number): void {
    this.#wanted = Math.max(this.#wanted, seconds)
  }

  async #learn(block: Block): Promise<void> {
    const { uses, readSettlements, clock, logger } = this.#options
    for (let next = this.#missing(block); next !== null && clock.now() >= this.#retryAt; next = this.#missing(block)) {
      const before = [uses.knownSince()?.number, uses.unclear()]
      try {
        const { until, seconds } = next
        uses.learn(await withTimeout(TIMEOUT_MS, () => readSettlements(until, seconds + MARGIN), clock))
      } catch (error) {
        if (!this.#isWarned)
          logger.warn({ err: error }, 'earlier use of sub-accounts is unknown; what is not known counts as use')
        this.#isWarned = true
      }
      const hasLearnt = uses.knownSince()?.number !== before[0] || uses.unclear() !== before[1]
      if (!hasLearnt) this.#retryAt = clock.now() + RETRY_MS
    }
  }

  #missing(block: Block): { until: Block; seconds: number } | null {
    const { uses, longest } = this.#options
    const known = uses.knownSince() ?? block
    const seconds = Math.max(this.#wanted, longest())
    if (seconds === 0) return null
    const unclear = uses.unclear()
    if (unclear) return { until: unclear.until, seconds: unclear.until.timestamp - unclear.from.timestamp }
    const left = seconds - (block.timestamp - known.timestamp)
    return left > 0 && known.number > 1 ? { until: known, seconds: left } : null
  }
}

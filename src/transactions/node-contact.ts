import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import { PortOver } from './port-over.ts'

/** A node may answer with errors for receipts that it does not have yet: the first silent rounds do not slow the tracker down. */
const ROUNDS_AT_FULL_PACE = 3
const SAY_AFTER_MS = 5_000
const SAY_AGAIN_AFTER_MS = 60_000

/** Whether the node answers the tracker: a silent one is asked ever less often, and a log line says so. */
export type NodeContact = {
  /** The port, with each answer noted. */
  port: TransactionPort
  /** A round of requests ends. */
  endRound(): void
  /** How many times longer the tracker rests: 1 while the node answers, doubled with each silent round. */
  slowdown(): number
}

export function createNodeContact(
  port: TransactionPort,
  { clock, logger }: { clock: Clock; logger: Logger },
): NodeContact {
  let round = { answers: 0, error: null as unknown }
  let silent: { rounds: number; since: number; saidAt: number | null } | null = null

  return {
    port: new NotedPort(port, noteAnswer),
    endRound() {
      const { answers, error } = round
      round = { answers: 0, error: null }
      if (answers > 0) answersAgain()
      else if (error !== null) staysSilent(error)
    },
    slowdown: () => 2 ** Math.max(0, (silent?.rounds ?? 0) - ROUNDS_AT_FULL_PACE),
  }

  async function noteAnswer<T>(question: Promise<T>): Promise<T> {
    try {
      const answer = await question
      round.answers += 1
      return answer
    } catch (error) {
      round.error = error
      throw error
    }
  }

  function staysSilent(error: unknown): void {
    const now = clock.now()
    silent ??= { rounds: 0, since: now, saidAt: null }
    silent.rounds += 1
    const isDue =
      silent.saidAt === null ? now - silent.since >= SAY_AFTER_MS : now - silent.saidAt >= SAY_AGAIN_AFTER_MS
    if (!isDue) return
    silent.saidAt = now
    const seconds = Math.round((now - silent.since) / 1_000)
    logger.warn(
      { err: error, seconds },
      `the node has not answered for ${seconds} s; what was sent may be mined meanwhile, and the tracker asks on`,
    )
  }

  function answersAgain(): void {
    if (silent?.saidAt) logger.warn({}, 'the node answers again')
    silent = null
  }
}

/** Notes the answers to what the tracker asks in every round. */
class NotedPort extends PortOver {
  readonly #note: <T>(question: Promise<T>) => Promise<T>

  constructor(port: TransactionPort, note: <T>(question: Promise<T>) => Promise<T>) {
    super(port)
    this.#note = note
  }

  override mined(hash: string): Promise<MinedTransaction | null> {
    return this.#note(super.mined(hash))
  }

  override transactionCount(block: 'latest' | 'pending' | number): Promise<number> {
    return this.#note(super.transactionCount(block))
  }

  override head(): Promise<number> {
    return this.#note(super.head())
  }
}

import { systemClock } from '../base/clock.ts'
import { withTimeout } from '../base/timeout.ts'

/** ethers itself waits 300 s for a silent node, and without an end for a broken socket. */
export const ANSWER_TIMEOUT_MS = 20_000
/** From here on the cause of the silence is looked for. */
const EXPLAIN_AFTER_MS = 15_000

/**
 * Limits each request to 20 s, so that a silent one does not hold up the others.
 *
 * @param explain asks the node for the cause of its silence, in its words; null where it has none
 */
export function createAnswerTimeout(
  explain: () => Promise<string | null>,
): <T>(request: () => Promise<T>) => Promise<T> {
  let words: string | null = null
  let isAsking = false

  return async (request) => {
    const cancel = systemClock.after(EXPLAIN_AFTER_MS, () => void ask(), { idle: true })
    try {
      return await withTimeout(ANSWER_TIMEOUT_MS, () => request())
    } catch (error) {
      if (!isAnswerTimeout(error) || words === null) throw error
      throw new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms; the node says: ${words}`, { cause: error })
    } finally {
      cancel()
    }
  }

  /** One question for all requests that are silent. */
  async function ask(): Promise<void> {
    if (isAsking) return
    isAsking = true
    words = null
    words = await explain().catch(() => null)
    isAsking = false
  }
}

/** Whether a request ended because the node did not answer in time. */
export function isAnswerTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no answer within')
}

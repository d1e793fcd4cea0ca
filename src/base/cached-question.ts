import type { Clock } from './clock.ts'
import { withTimeout } from './timeout.ts'

/** How long a reading waits for an answer: one slow node or provider must not delay the others. */
const GRACE_MS = 500

export type CachedQuestionOptions<Answer, About> = {
  query: (about: About) => Answer | Promise<Answer>
  /** How long an answer is fresh, in milliseconds; 0 asks anew each time. */
  goodForMs: (answer: Answer) => number
  /** Called when the first answer arrives after a reading stopped waiting for it. */
  onLate?: () => void
  clock: Clock
}

export type CachedQuestion<Answer, About = void> = {
  /** The last answer, however old; null before the first. A failed query leaves it. */
  last(): Answer | null
  /** The last answer while it is fresh; null otherwise. */
  fresh(): Answer | null
  /** The fresh answer, or a new one. Simultaneous callers share one query; it rejects as the query does. */
  ask(about: About): Promise<Answer>
  /** Asks where no answer is fresh, waits for it half a second at most, and never rejects. */
  refresh(about: About): Promise<void>
  /** Keeps the last answer fresh for no longer than this from now on. */
  expireWithin(ms: number): void
}

/** A single-flight query with a time to live: a failure leaves the stale answer, and the next caller asks again. */
export function createCachedQuestion<Answer, About = void>({
  query,
  goodForMs,
  onLate,
  clock,
}: CachedQuestionOptions<Answer, About>): CachedQuestion<Answer, About> {
  let answer: { value: Answer; freshUntil: number } | null = null
  let pending: Promise<Answer> | null = null
  let isOverdue = false

  return {
    last: () => (answer ? answer.value : null),
    fresh: () => (answer && isFresh() ? answer.value : null),
    ask,
    async refresh(about) {
      if (isFresh()) return
      const settled = ask(about).then(
        () => undefined,
        () => undefined,
      )
      await withTimeout(GRACE_MS, () => settled, clock).catch(() => {
        isOverdue = true
      })
    },
    expireWithin(ms) {
      if (answer) answer.freshUntil = Math.min(answer.freshUntil, clock.now() + ms)
    },
  }

  async function ask(about: About): Promise<Answer> {
    if (answer && isFresh()) return answer.value
    return (pending ??= exchange(about).finally(() => (pending = null)))
  }

  async function exchange(about: About): Promise<Answer> {
    const isFirst = answer === null
    isOverdue = false
    const value = await query(about)
    answer = { value, freshUntil: clock.now() + goodForMs(value) }
    if (isFirst && isOverdue) onLate?.()
    return value
  }

  function isFresh(): boolean {
    return answer !== null && clock.now() < answer.freshUntil
  }
}

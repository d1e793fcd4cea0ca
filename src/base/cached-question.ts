import type { Clock } from './clock.ts'
import type { Pending } from './pending.ts'
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
  /** Asks where no answer is fresh, waits for it half a second at most, and never rejects; null where the answer is fresh. */
  refresh(about: About): Pending
  /** Keeps the last answer fresh for no longer than this from now on. */
  expireWithin(ms: number): void
}

/** A single-flight query with a time to live: a failure leaves the stale answer, and the next caller asks again. */
export function createCachedQuestion<Answer, About = void>(
  options: CachedQuestionOptions<Answer, About>,
): CachedQuestion<Answer, About> {
  return new Question(options)
}

class Question<Answer, About> implements CachedQuestion<Answer, About> {
  readonly #options: CachedQuestionOptions<Answer, About>
  #answer: { value: Answer; freshUntil: number } | null = null
  #pending: Promise<Answer> | null = null
  #isOverdue = false

  constructor(options: CachedQuestionOptions<Answer, About>) {
    this.#options = options
  }

  last(): Answer | null {
    return this.#answer ? this.#answer.value : null
  }

  fresh(): Answer | null {
    return this.#isFresh() ? this.last() : null
  }

  async ask(about: About): Promise<Answer> {
    if (this.#answer && this.#isFresh()) return this.#answer.value
    return (this.#pending ??= this.#exchange(about).finally(() => (this.#pending = null)))
  }

  refresh(about: About): Pending {
    return this.#isFresh() ? null : this.#askInTime(about)
  }

  expireWithin(ms: number): void {
    if (this.#answer) this.#answer.freshUntil = Math.min(this.#answer.freshUntil, this.#options.clock.now() + ms)
  }

  async #askInTime(about: About): Promise<void> {
    const settled = this.ask(about).then(
      () => undefined,
      () => undefined,
    )
    await withTimeout(GRACE_MS, () => settled, this.#options.clock).catch(() => {
      this.#isOverdue = true
    })
  }

  async #exchange(about: About): Promise<Answer> {
    const { query, goodForMs, onLate, clock } = this.#options
    const isFirst = this.#answer === null
    this.#isOverdue = false
    const value = await query(about)
    this.#answer = { value, freshUntil: clock.now() + goodForMs(value) }
    if (isFirst && this.#isOverdue) onLate?.()
    return value
  }

  #isFresh(): boolean {
    return this.#answer !== null && this.#options.clock.now() < this.#answer.freshUntil
  }
}

import type { Clock } from '../../src/base/clock.ts'

/** What is answered to a question, and after how many seconds. */
export type Answer = { approved: boolean; after: number }

/** A person who is asked about top-ups: gives these answers in turn, and when there are no more approves after twenty seconds. */
export function createApprover(clock: Clock, answers: readonly Answer[]) {
  const left = [...answers]
  const open = new Set<{ provider: string; answer: (approved: boolean) => void }>()
  let wasAskedTwice = false

  return {
    ask(provider: string, signal: AbortSignal): Promise<boolean> {
      const { approved, after } = left.shift() ?? { approved: true, after: 20 }
      wasAskedTwice ||= isAsked(provider)
      return new Promise((resolve) => {
        const question = { provider, answer }
        open.add(question)
        signal.addEventListener('abort', () => open.delete(question))
        clock.after(after * 1_000, () => answer(approved))

        function answer(yes: boolean): void {
          open.delete(question)
          resolve(yes)
        }
      })
    },
    /** Approves before its time what is asked about a provider. */
    approve(provider: string): void {
      for (const question of open) if (question.provider === provider) question.answer(true)
    },
    isAsked,
    /** Whether there ever were two questions about one provider at once. */
    wasAskedTwice: () => wasAskedTwice,
    /** Whoever asked is gone. */
    forget: () => open.clear(),
  }

  function isAsked(provider: string): boolean {
    return [...open].some((question) => question.provider === provider)
  }
}

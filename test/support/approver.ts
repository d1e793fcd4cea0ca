import type { Clock } from '../../src/base/clock.ts'

/** The answer to a question, and the seconds until it comes. */
export type Answer = { approved: boolean; after: number }

/** An approver of top-ups: gives these answers in turn, and after the last one approves each question in twenty seconds. */
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
    /** Approves the open questions about a provider now. */
    approve(provider: string): void {
      for (const question of open) if (question.provider === provider) question.answer(true)
    },
    isAsked,
    /** Whether two questions about one provider were ever open at once. */
    wasAskedTwice: () => wasAskedTwice,
    /** Drops the questions of a broker that is closed. */
    forget: () => open.clear(),
  }

  function isAsked(provider: string): boolean {
    return [...open].some((question) => question.provider === provider)
  }
}

import type { AutoFundingConfig } from '../index.ts'
import { keyOf } from '../base/sub-account-key.ts'

/** A top-up of so many wei, and what to say to it. */
type Waiting = { amount: bigint; answer: (approved: boolean) => void }

/** Top-ups that wait for somebody at a page. */
export function createApprovals() {
  const open = new Map<string, Waiting>()

  const approve: NonNullable<AutoFundingConfig['approve']> = (decision, signal) =>
    new Promise((resolve) => {
      const key = keyOf(decision)
      const amount = decision.action === 'hold' ? 0n : decision.amount
      const answer = (approved: boolean): void => {
        if (open.get(key) === waiting) open.delete(key)
        signal.removeEventListener('abort', refuse)
        resolve(approved)
      }
      const refuse = (): void => answer(false)
      const waiting = { amount, answer }
      if (signal.aborted) return resolve(false)
      signal.addEventListener('abort', refuse)
      open.set(key, waiting)
    })

  return {
    approve,
    /** What of this sub-account waits for an answer; null where nothing does. */
    waiting: (key: string): Waiting | null => open.get(key) ?? null,
    /** Nobody can answer any more. */
    close(): void {
      for (const { answer } of open.values()) answer(false)
    },
  }
}

export type PageApprovals = ReturnType<typeof createApprovals>

import type { AutoFundingConfig } from '../index.ts'
import { keyOf } from '../base/sub-account-key.ts'

/** A top-up of so many wei that waits for an answer. */
export type WaitingTopUp = { amount: bigint; answer: (approved: boolean) => void }

export type PageApprovals = {
  /** Resolves with the answer that a page gives. */
  approve: NonNullable<AutoFundingConfig['approve']>
  /** The top-up of a sub-account that waits; null without one. */
  waiting(key: string): WaitingTopUp | null
  /** Answers all with no: pages are closed. */
  close(): void
}

/** Top-ups that wait until a page approves or rejects them. */
export function createApprovals(): PageApprovals {
  const open = new Map<string, WaitingTopUp>()

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
    waiting: (key) => open.get(key) ?? null,
    close() {
      for (const { answer } of open.values()) answer(false)
    },
  }
}

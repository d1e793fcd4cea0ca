import type { Decision, DepositDecision } from '../index.ts'
import { keyOf } from '../base/sub-account-key.ts'

/** Asks whether a top-up or a deposit may be sent: for `startAutoFunding` and `startAutoDeposit`. */
export type PageApprove = (decision: Decision | DepositDecision, signal: AbortSignal) => Promise<boolean>

/** A payment of so many wei that waits for an answer. */
export type Waiting = { amount: bigint; answer: (approved: boolean) => void }

export type PageApprovals = {
  /** Resolves with the answer that a page gives. */
  approve: PageApprove
  /** The top-up of a sub-account that waits; null without one. */
  waiting(key: string): Waiting | null
  /** The deposit into the ledger that waits; null without one. */
  waitingDeposit(): Waiting | null
  /** Answers all with no: pages are closed. */
  close(): void
}

const DEPOSIT = 'deposit'

/** Top-ups and deposits that wait until a page approves or rejects them. */
export function createApprovals(): PageApprovals {
  const open = new Map<string, Waiting>()

  const approve: PageApprove = (decision, signal) =>
    new Promise((resolve) => {
      const key = 'provider' in decision ? keyOf(decision) : DEPOSIT
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
    waitingDeposit: () => open.get(DEPOSIT) ?? null,
    close() {
      for (const { answer } of open.values()) answer(false)
    },
  }
}

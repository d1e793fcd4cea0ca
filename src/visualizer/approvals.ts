import type { AutoFundingConfig } from '../index.ts'
import { keyOf } from './views.ts'

/** Top-ups that wait for somebody at a page. */
export function createApprovals() {
  const open = new Map<string, (approved: boolean) => void>()

  const approve: NonNullable<AutoFundingConfig['approve']> = (decision, signal) =>
    new Promise((resolve) => {
      const key = keyOf(decision)
      const answer = (approved: boolean): void => {
        if (open.get(key) === answer) open.delete(key)
        signal.removeEventListener('abort', refuse)
        resolve(approved)
      }
      const refuse = (): void => answer(false)
      if (signal.aborted) return resolve(false)
      signal.addEventListener('abort', refuse)
      open.set(key, answer)
    })

  return {
    approve,
    /** Whether anybody was waiting for it. */
    answer(key: string, approved: boolean): boolean {
      const one = open.get(key)
      one?.(approved)
      return one !== undefined
    },
    /** Nobody can answer any more. */
    close(): void {
      for (const answer of open.values()) answer(false)
    },
  }
}

export type PageApprovals = ReturnType<typeof createApprovals>

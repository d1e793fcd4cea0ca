import type { AutoFundingConfig, Decision } from '../index.ts'
import { og } from './screen/words.ts'

/** A key that was on its way to the question before is not an answer to this one. */
const UNREAD_MS = 500

type Open = { decision: Decision; answer: (approved: boolean) => void }

export type Approvals = {
  /** Resolves with what somebody at the terminal says. */
  approve: NonNullable<AutoFundingConfig['approve']>
  /** What is asked now; null while nothing is. */
  question(): string | null
  /** Keys that were typed at once: they answer one question at most. */
  type(keys: string): void
}

export type ApprovalsOptions = {
  /** Another question, or none any more. */
  onChange?: (question: string | null) => void
  now?: () => number
}

/** Asks about one top-up after another; y sends it, n does not. What is not needed any more is not asked. */
export function openApprovals({ onChange, now = Date.now }: ApprovalsOptions = {}): Approvals {
  const open: Open[] = []
  let askedAt = 0
  const question = () => (open[0] ? questionAbout(open[0].decision) : null)
  const changed = () => {
    askedAt = now()
    onChange?.(question())
  }
  return {
    approve: (decision, signal) =>
      new Promise((resolve) => {
        const answer = (approved: boolean) => {
          const place = open.indexOf(one)
          if (place >= 0) open.splice(place, 1)
          signal.removeEventListener('abort', refuse)
          resolve(approved)
          if (place === 0) changed()
        }
        const refuse = () => answer(false)
        const one: Open = { decision, answer }
        if (signal.aborted) return resolve(false)
        signal.addEventListener('abort', refuse, { once: true })
        open.push(one)
        if (open.length === 1) changed()
      }),
    question,
    type(keys) {
      const [key] = /[yn]/i.exec(keys) ?? []
      if (key !== undefined && now() - askedAt >= UNREAD_MS) open[0]?.answer(key.toLowerCase() === 'y')
    },
  }
}

type Approve = NonNullable<AutoFundingConfig['approve']>

/** Asks everybody at once: the first answer counts, and nobody else is asked any more. */
export function firstOf(all: readonly Approve[]): Approve {
  return async (decision, signal) => {
    const answered = new AbortController()
    const either = AbortSignal.any([signal, answered.signal])
    try {
      return await Promise.race(all.map(async (ask) => ask(decision, either)))
    } finally {
      answered.abort()
    }
  }
}

/** With the whole address: this is where money goes. */
function questionAbout(decision: Decision): string {
  const { provider, serviceType, available, required } = decision
  const amount = decision.action === 'hold' ? 'what is missing' : og(decision.amount)
  return `Top up ${serviceType} ${provider} by ${amount}? y or n (it has ${og(available)} of ${og(required)})`
}

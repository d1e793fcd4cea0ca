import type { AutoFundingConfig, Decision } from '../../index.ts'
import { og } from '../screen/words.ts'

/** A key that is typed sooner was meant for the question before. */
const UNREAD_MS = 500

type OpenQuestion = { decision: Decision; answer: (approved: boolean) => void }

export type Approvals = {
  /** Resolves with the answer that is typed at the terminal. */
  approve: NonNullable<AutoFundingConfig['approve']>
  /** The question that is open; null without one. */
  question(): string | null
  /** Takes keys that were typed at once: they answer one question at most. */
  type(keys: string): void
}

export type ApprovalsOptions = {
  /** Called with the next question, and with null after the last one. */
  onChange?: (question: string | null) => void
  now?: () => number
}

/** Asks about one top-up after another: y sends it, n does not. A question whose signal aborts is taken back. */
export function openApprovals({ onChange, now = Date.now }: ApprovalsOptions = {}): Approvals {
  const open: OpenQuestion[] = []
  let openedAt = 0
  const question = () => (open[0] ? questionAbout(open[0].decision) : null)
  const announce = () => {
    openedAt = now()
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
          if (place === 0) announce()
        }
        const refuse = () => answer(false)
        const one: OpenQuestion = { decision, answer }
        if (signal.aborted) return resolve(false)
        signal.addEventListener('abort', refuse, { once: true })
        open.push(one)
        if (open.length === 1) announce()
      }),
    question,
    type(keys) {
      const [key] = /[yn]/i.exec(keys) ?? []
      if (key !== undefined && now() - openedAt >= UNREAD_MS) open[0]?.answer(key.toLowerCase() === 'y')
    },
  }
}

type Approve = NonNullable<AutoFundingConfig['approve']>

/** Asks at all places at once, terminal and page: the first answer counts, and the other questions are taken back. */
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

/** Shows the whole address: that is where the money goes. */
function questionAbout(decision: Decision): string {
  const { provider, serviceType, available, required } = decision
  const amount = decision.action === 'hold' ? 'what is missing' : og(decision.amount)
  return `Top up ${serviceType} ${provider} by ${amount}? y or n (it has ${og(available)} of ${og(required)})`
}

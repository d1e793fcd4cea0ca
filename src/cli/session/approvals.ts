import type { Decision, DepositDecision } from '../../index.ts'
import { oddFacts } from '../screen/hold-facts.ts'
import { og } from '../screen/words.ts'

/** A key that is typed sooner was meant for the question before, or is the rest of what a terminal answers by itself. */
const UNREAD_MS = 500
/** A terminal answers a query in a text that it shows with an escape sequence; a person answers with a letter. */
// eslint-disable-next-line no-control-regex
const NOT_TYPED = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/

/** Asks a person whether a top-up or a deposit may be sent. */
export type Approve = (decision: Decision | DepositDecision, signal: AbortSignal) => Promise<boolean>

type OpenQuestion = { decision: Decision | DepositDecision; answer: (approved: boolean) => void }

export type Approvals = {
  /** Resolves with the answer that is typed at the terminal. */
  approve: Approve
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

/** Asks about one top-up or deposit after another: y sends it, n does not. A question whose signal aborts is taken back. */
export function openApprovals({ onChange, now = Date.now }: ApprovalsOptions = {}): Approvals {
  const open: OpenQuestion[] = []
  /** When keys began to count. */
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
      if (NOT_TYPED.test(keys)) {
        openedAt = now()
        return
      }
      const [key] = /[yn]/i.exec(keys) ?? []
      if (key !== undefined && now() - openedAt >= UNREAD_MS) open[0]?.answer(key.toLowerCase() === 'y')
    },
  }
}

type Ask<Asked> = (asked: Asked, signal: AbortSignal) => boolean | Promise<boolean>

/** Asks at all places at once, terminal and page: the first answer counts, and the other questions are taken back. */
export function firstOf<Asked>(all: readonly Ask<Asked>[]): (asked: Asked, signal: AbortSignal) => Promise<boolean> {
  return async (asked, signal) => {
    const answered = new AbortController()
    const either = AbortSignal.any([signal, answered.signal])
    try {
      return await Promise.race(all.map(async (ask) => ask(asked, either)))
    } finally {
      answered.abort()
    }
  }
}

/** Shows the whole address: that is where the money goes. */
export function questionAbout(decision: Decision | DepositDecision): string {
  const amount = decision.action === 'hold' ? 'what is missing' : og(decision.amount)
  if (!('provider' in decision))
    return `Deposit ${amount} into the ledger? y or n (it has ${og(decision.available)}, ${og(decision.due)} are due, and ${og(decision.trigger)} are to stay)`
  const { provider, serviceType, available, required } = decision
  const odd = oddFacts(decision)
  const facts = `it has ${og(available)} of ${og(required)}${odd === null ? '' : `; ${odd}`}`
  return `Top up ${serviceType} ${provider} by ${amount}? y or n (${facts})`
}

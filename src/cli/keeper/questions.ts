import { questionAbout, type Approve } from '../session/approvals.ts'
import { canAsk } from '../screen/terminal.ts'
import type { OpenQuestion } from './wire.ts'

/** Questions about top-ups and deposits, for `og-ledger approve` of another process to answer. */
export type KeeperQuestions = {
  approve: Approve
  open(): OpenQuestion[]
  /** Whether that question was open. */
  answer(question: number, approved: boolean): boolean
}

/** @param say is told of each question: without a terminal that is all a person sees of it */
export function openKeeperQuestions(say: (text: string) => void): KeeperQuestions {
  const open = new Map<number, { text: string; answer: (approved: boolean) => void }>()
  let count = 0
  return {
    approve: (decision, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false)
        count += 1
        const question = count
        const end = (approved: boolean) => {
          open.delete(question)
          signal.removeEventListener('abort', refuse)
          resolve(approved)
        }
        const refuse = () => end(false)
        signal.addEventListener('abort', refuse, { once: true })
        const text = questionAbout(decision)
        open.set(question, { text, answer: end })
        if (!canAsk()) say(`${text} Answer by og-ledger approve ${question}, or with --deny.`)
      }),
    open: () => [...open].map(([question, { text }]) => ({ question, text })),
    answer(question, approved) {
      const one = open.get(question)
      one?.answer(approved)
      return one !== undefined
    },
  }
}

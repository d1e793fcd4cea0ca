import { OgLedgerError } from '../../index.ts'
import type { Payment } from '../session/repetition.ts'

/** The answers to so many commands that have ended are remembered. */
const REMEMBERED = 100

/** `id` tells two commands apart that want the same; `pays` is null for one that pays nothing. */
export type Command = { id: string; pays: Payment | null }

/** Does the work of a command once, however often its id comes. @throws OgLedgerError while the same payment is on its way */
export type SendOnce = (command: Command, work: () => Promise<unknown>) => Promise<unknown>

/**
 * Makes the `SendOnce` of a process. A command that was interrupted may have been repeated: the same payment is not sent while
 * another command has it in hand, from before it is in the journal on, or while the journal has it open.
 *
 * @param isOpen whether the journal has that payment, from an earlier process or this one
 */
export function createSendOnce(isOpen: (payment: Payment) => Promise<boolean>): SendOnce {
  const answers = new Map<string, Promise<unknown>>()
  const ended: string[] = []
  const inHand = new Set<string>()

  return ({ id, pays }, work) => {
    const known = answers.get(id)
    if (known) return known
    const answer = pays ? sendPayment(pays, work) : work()
    answers.set(id, answer)
    const end = () => forgetAfter(id)
    answer.then(end, end)
    return answer
  }

  async function sendPayment(pays: Payment, work: () => Promise<unknown>): Promise<unknown> {
    const key = keyOf(pays)
    if (inHand.has(key)) throw onItsWay(pays)
    inHand.add(key)
    try {
      if (await isOpen(pays)) throw onItsWay(pays)
      return await work()
    } finally {
      inHand.delete(key)
    }
  }

  function forgetAfter(id: string): void {
    ended.push(id)
    for (const old of ended.splice(0, Math.max(0, ended.length - REMEMBERED))) answers.delete(old)
  }
}

const keyOf = ({ operation, amount, to = '' }: Payment): string => `${operation} ${amount} ${to}`

function onItsWay({ operation }: Payment): OgLedgerError {
  return new OgLedgerError('The same payment is on its way already.', {
    operation,
    do: 'wait until it is mined, as og-ledger transactions shows; then repeat the command if another one is meant',
  })
}

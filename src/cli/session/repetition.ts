import { og } from '../screen/words.ts'
import { LockedError, readFileJournal, type Broker, type JournalEntry } from '../../index.ts'
import { note } from '../screen/terminal.ts'
import { transactionsSettled } from './await-transactions.ts'
import { journalOf } from './journal.ts'
import { ask } from './questions.ts'

const LOOK_MS = 3_000

/** What a command pays: the contract's function, wei, and whom, where that is an argument of the function. */
export type Payment = { operation: string; amount: bigint; to?: string }

/**
 * Says that the same payment is on its way, from an earlier command of this machine, and asks whether another one is meant. An
 * interrupt ends a command, and not what it has sent.
 *
 * @throws Error with --yes: that answers the question about a payment, and not the one about paying twice
 */
export async function checkRepetition(
  broker: Broker,
  payment: Payment,
  { yes }: { yes?: boolean | undefined },
): Promise<void> {
  const before = await sameIn(broker, payment)
  if (before.length === 0) return
  // It may have been mined since the command that sent it: the broker has only begun to look.
  await transactionsSettled(broker, LOOK_MS)
  const same = await sameIn(broker, payment)
  const what = `${payment.operation} of ${og(payment.amount)} (transaction ${hashesOf(before)})`
  if (same.length === 0) return note(`An earlier command has paid the same, and that is over: ${what}.`)
  note(`The same is on its way already: ${what}.`)
  if (yes === true)
    throw new Error(
      'Nothing was sent: --yes does not pay twice. Wait until it is mined (og-ledger transactions shows it), or answer at a terminal.',
    )
  await ask('Is this another one, to be paid as well?')
}

const hashesOf = (entries: readonly JournalEntry[]): string =>
  entries.map(({ attempts }) => attempts.at(-1)?.hash ?? 'without a hash').join(', ')

/**
 * The same payment among the open transactions, as the journal file has them. While another process has the journal, only the
 * file tells which are open.
 */
export async function sameIn(broker: Broker, { operation, amount, to }: Payment): Promise<JournalEntry[]> {
  const open = broker.transactions().filter((one) => one.getSnapshot().hasTag('open'))
  const isElsewhere = broker.refusal() instanceof LockedError
  if (open.length === 0 && !isElsewhere) return []
  const ids = new Set(open.map((one) => one.getSnapshot().context.id))
  const entries = await readFileJournal(journalOf(broker))
  return entries.filter(({ prepared: { id, intent }, outcome }) => {
    const { method, args } = intent.call
    const isOpen = isElsewhere ? outcome === null : ids.has(id)
    return isOpen && method === operation && intent.amount === amount && (to === undefined || args[0] === to)
  })
}

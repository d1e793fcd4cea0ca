import type { Wei } from '../../machines/index.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { edgeOf, type ActorUpdate } from './actors.ts'
import * as changes from './changes.ts'
import type { Notes } from './notes.ts'
import type { ActorState, TransactionState, Transition } from './protocol.ts'
import { accountWith, amountsIn, autoDepositOf, fundingOf, transactionOf, wei, type Amounts } from './views.ts'

type By<Machine extends ActorUpdate['machine']> = Extract<ActorUpdate, { machine: Machine }>

/** Notes an update of an actor that changed something. */
export function noteActor(notes: Notes, update: ActorUpdate): void {
  switch (update.machine) {
    case 'subAccount':
      return noteSubAccount(notes, update)
    case 'autoFunding':
      return noteAutoFunding(notes, update)
    case 'transaction':
      return noteTransaction(notes, update)
    case 'ledger':
      return noteLedger(notes, update)
    case 'autoDeposit':
      return noteAutoDeposit(notes, update)
    default:
      return update satisfies never
  }
}

function noteSubAccount(notes: Notes, update: By<'subAccount'>): void {
  const { event, context } = update
  if (!event) return
  const key = keyOf(context)
  const known = notes.state().subAccounts[key]
  const amounts = amountsIn(event.reading)
  const { transition, actor } = stepOf(notes, update, { id: key, known: known?.lifecycle, first: 'none' })
  if (transition.from === transition.to && isSame(amounts, known?.account ?? null)) return
  const change = wei(BigInt(amounts?.balance ?? 0) - BigInt(known?.account?.balance ?? 0))
  notes.note(
    { kind: 'fact', subject: key, fact: event.type, change },
    changes.subAccount(context, (one) => ({ account: accountWith(amounts, one.account) })),
  )
  notes.note(
    transition,
    changes.subAccount(context, () => ({ lifecycle: actor })),
  )
}

function noteAutoFunding(notes: Notes, update: By<'autoFunding'>): void {
  const { event, isStopped, context } = update
  const key = keyOf(context)
  const known = notes.state().subAccounts[key]?.autoFunding ?? null
  if (isStopped && known)
    return notes.note(
      { kind: 'decision', subAccount: key, action: 'hold', reason: 'off', amount: null },
      changes.subAccount(context, () => ({ autoFunding: null })),
    )
  if (!event) return
  const { transition, actor } = stepOf(notes, update, { id: key, known, first: 'watching' })
  const funding = fundingOf(context, context.amount)
  if (transition.from === transition.to && !hasNews(context, known)) return
  notes.note(
    transition,
    changes.subAccount(context, ({ autoFunding }) => ({
      autoFunding: { unsettledFee: '0', feeError: null, ...autoFunding, ...actor, ...funding },
    })),
  )
}

function noteTransaction(notes: Notes, update: By<'transaction'>): void {
  const { event, isStopped, value, context } = update
  if (isStopped) return
  const known = notes.state().transactions[context.id]
  const { transition, actor } = stepOf(notes, update, { id: context.id, known, first: 'prepared' })
  const news = transactionOf(context)
  // The same transaction was sent again: nothing changed.
  if (known?.value === value && sameNews(known, news)) return
  const change = changes.transaction(news, actor)
  if (event) notes.note(transition, change)
  const { id, operation, subAccount, amount, hash, blockNumber } = news
  notes.note({ kind: 'transaction', id, value, operation, subAccount, amount, hash, blockNumber }, change)
}

function noteLedger(notes: Notes, update: By<'ledger'>): void {
  if (!update.event) return
  const known = notes.state().ledgerActor
  const { transition, actor } = stepOf(notes, update, { id: 'ledger', known, first: update.value })
  if (known && transition.from === transition.to) return
  notes.note(transition, changes.parts({ ledgerActor: actor }))
}

function noteAutoDeposit(notes: Notes, update: By<'autoDeposit'>): void {
  const { event, isStopped, context } = update
  const known = notes.state().autoDeposit
  if (isStopped && known)
    return notes.note(
      { kind: 'deposit', action: null, reason: null, amount: null },
      changes.parts({ deposit: null, autoDeposit: null }),
    )
  if (!event) return
  const { transition, actor } = stepOf(notes, update, { id: 'ledger', known, first: 'watching' })
  if (transition.from === transition.to && !hasNews(context, known)) return
  const deposits = autoDepositOf(context, context.amount)
  notes.note(
    transition,
    changes.parts({ autoDeposit: { payerError: known?.payerError ?? null, ...actor, ...deposits } }),
  )
}

type TransactionNews = Pick<TransactionState, 'hash' | 'blockNumber' | 'refusal'>

const sameNews = (known: TransactionState, { hash, blockNumber, refusal }: TransactionNews) =>
  known.hash === hash && known.blockNumber === blockNumber && known.refusal === refusal

type From = { id: string; known: ActorState | null | undefined; first: string }

/** The transition of an actor, and its state after it. */
function stepOf(notes: Notes, { machine, event, value }: ActorUpdate, { id, known, first }: From) {
  const from = known?.value ?? first
  const edge = event && edgeOf(machine, { from, to: value, event: event.type })
  const transition: Transition = {
    kind: 'transition',
    machine,
    actor: id,
    from,
    to: value,
    event: edge?.name ?? event?.type ?? '',
    edge: edge?.id ?? null,
  }
  const actor: ActorState = { value, edge: edge?.id ?? null, since: notes.now() }
  return { transition, actor }
}

const isSame = (one: Amounts | null, other: Amounts | null): boolean =>
  one?.balance === other?.balance && one?.pendingRefund === other?.pendingRefund && one?.claimable === other?.claimable

type Summary = { reason: string | null; amount: Wei | null; paid: Wei }

/** Whether a self-transition changed something: an actor gets an event for each plan, also for one like the last. */
const hasNews = ({ reason, amount, paid }: Summary, known: Summary | null): boolean =>
  known === null || reason !== known.reason || amount !== known.amount || paid !== known.paid

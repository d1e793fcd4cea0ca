import type { AutoFundingContext, Wei } from '../../machines/index.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { edgeOf, type Heard } from './actors.ts'
import * as changes from './changes.ts'
import type { Notes } from './notes.ts'
import type { ActorState, TransactionState, Transition } from './protocol.ts'
import { accountWith, amountsIn, fundingOf, transactionOf, wei, type Amounts } from './views.ts'

type By<Machine extends Heard['machine']> = Extract<Heard, { machine: Machine }>

/** Notes what an actor heard, where that changed anything. */
export function noteActor(notes: Notes, heard: Heard): void {
  switch (heard.machine) {
    case 'subAccount':
      return noteSubAccount(notes, heard)
    case 'autoFunding':
      return noteAutoFunding(notes, heard)
    case 'transaction':
      return noteTransaction(notes, heard)
    case 'ledger':
      return noteLedger(notes, heard)
    default:
      return heard satisfies never
  }
}

function noteSubAccount(notes: Notes, heard: By<'subAccount'>): void {
  const { event, context } = heard
  if (!event) return
  const key = keyOf(context)
  const known = notes.state().subAccounts[key]
  const amounts = amountsIn(event.reading)
  const { transition, actor } = stepOf(notes, heard, { id: key, known: known?.lifecycle, first: 'none' })
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

function noteAutoFunding(notes: Notes, heard: By<'autoFunding'>): void {
  const { event, isOver, context } = heard
  const key = keyOf(context)
  const known = notes.state().subAccounts[key]?.autoFunding ?? null
  if (isOver && known)
    return notes.note(
      { kind: 'decision', subAccount: key, action: 'hold', reason: 'off', amount: null },
      changes.subAccount(context, () => ({ autoFunding: null })),
    )
  if (!event) return
  const { transition, actor } = stepOf(notes, heard, { id: key, known, first: 'watching' })
  const funding = fundingOf(context, context.amount)
  if (transition.from === transition.to && !saysMore(context, known)) return
  notes.note(
    transition,
    changes.subAccount(context, ({ autoFunding }) => ({
      autoFunding: { unsettledFee: '0', feeError: null, ...autoFunding, ...actor, ...funding },
    })),
  )
}

function noteTransaction(notes: Notes, heard: By<'transaction'>): void {
  const { event, isOver, value, context } = heard
  if (isOver) return
  const known = notes.state().transactions[context.id]
  const { transition, actor } = stepOf(notes, heard, { id: context.id, known, first: 'prepared' })
  const news = transactionOf(context)
  // Sent again, it is what it was.
  if (known?.value === value && sameNews(known, news)) return
  const change = changes.transaction(news, actor)
  if (event) notes.note(transition, change)
  const { id, operation, subAccount, amount, hash, blockNumber } = news
  notes.note({ kind: 'transaction', id, value, operation, subAccount, amount, hash, blockNumber }, change)
}

function noteLedger(notes: Notes, heard: By<'ledger'>): void {
  if (!heard.event) return
  const known = notes.state().ledgerActor
  const { transition, actor } = stepOf(notes, heard, { id: 'ledger', known, first: heard.value })
  if (known && transition.from === transition.to) return
  notes.note(transition, changes.parts({ ledgerActor: actor }))
}

const sameNews = (known: TransactionState, { hash, blockNumber }: Pick<TransactionState, 'hash' | 'blockNumber'>) =>
  known.hash === hash && known.blockNumber === blockNumber

type From = { id: string; known: ActorState | null | undefined; first: string }

/** The step that an actor took, and where it stands now. */
function stepOf(notes: Notes, { machine, event, value }: Heard, { id, known, first }: From) {
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

type Said = { reason: string | null; amount: Wei | null; topUps: number }

/** A self-transition that is worth telling: a chart hears of each plan, also when that says what the last one did. */
const saysMore = ({ reason, amount, topUps }: AutoFundingContext, known: Said | null): boolean =>
  known === null || reason !== known.reason || amount !== known.amount || topUps !== known.topUps

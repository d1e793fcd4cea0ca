import type { Decision } from '../../index.ts'
import { decisionInWords } from './decision-words.ts'
import { stateInWords, moment, og, aligned, short } from './words.ts'
import type { PositionView, AccountView } from './view.ts'
import { elsewhereLines } from './elsewhere-lines.ts'
import { list, table, type Column } from './table.ts'
import { lineWidth, paint } from './terminal.ts'

/** The unit of all amounts, which columns do not repeat. */
export const IN_OG = paint('dim', 'Amounts in OG.')

/** Network, wallet and ledger in words, followed by `more`. */
export function walletLines(
  { position }: Pick<PositionView, 'position'>,
  place: string,
  more: readonly (readonly [string, string])[] = [],
): string[] {
  const { block, wallet, ledger } = position
  const pairs: (readonly [string, string])[] = [
    ['network', `${place}, block ${block.number} of ${moment(block.timestamp)}`],
    ['wallet', `${wallet.address} with ${og(wallet.balance)} for gas`],
    [
      'ledger',
      ledger
        ? `${og(ledger.available)} available + ${og(ledger.locked)} in sub-accounts = ${og(ledger.total)}`
        : 'none: add-ledger opens one',
    ],
    ...more,
  ]
  return list(pairs, lineWidth())
}

/** A table of all sub-accounts, with what auto-funding would do about each; it does nothing while the ledger is being closed. */
export function accountLines({ accounts, closing, position }: PositionView): string[] {
  const elsewhere = elsewhereLines(position)
  if (accounts.length === 0)
    return elsewhere.length === 0 ? ['No sub-accounts: transfer opens one.'] : [...elsewhere, '', IN_OG]
  const known = table(closing ? accountColumns : [...accountColumns, wouldColumn], accounts, lineWidth())
  return [...known, ...(elsewhere.length === 0 ? [] : ['', ...elsewhere]), '', IN_OG]
}

/** `pending refund` yields before what commands add to these columns, which takes numbers above. */
export const accountColumns: readonly Column<AccountView>[] = [
  { title: 'provider', cell: ({ provider }) => short(provider) },
  { title: 'service', cell: ({ serviceType }) => serviceType },
  { title: 'state', width: 9, cell: stateOf },
  { title: 'available', right: true, width: 9, cell: ({ available }) => aligned(available) },
  { title: 'required', right: true, yields: 3, cell: ({ required }) => aligned(required) },
  { title: 'pending refund', yields: 4, cell: pendingOf, below: pendingWords },
]

/** A sub-account with enough needs no line of its own for that. */
const wouldColumn: Column<AccountView> = {
  title: 'auto-funding would',
  yields: 5,
  cell: wouldDo,
  below: (row) => (row.decision && (!hasEnough(row.decision) || row.decision.reclaim) ? wouldDo(row) : null),
}

const colors: Partial<Record<AccountView['state'], 'green' | 'yellow' | 'cyan'>> = {
  funded: 'green',
  low: 'yellow',
  refunding: 'cyan',
}

function stateOf({ state }: AccountView): string {
  const color = colors[state]
  return color ? paint(color, stateInWords[state]) : stateInWords[state]
}

function pendingOf({ pendingRefund, claimable, unlocksAt }: AccountView): string {
  if (pendingRefund === '0') return '-'
  const parts = [
    ...(claimable === '0' ? [] : [`${og(claimable)} to claim`]),
    ...(unlocksAt === null ? [] : [`${og(BigInt(pendingRefund) - BigInt(claimable))} until ${moment(unlocksAt)}`]),
  ]
  return parts.join(', ')
}

/** The pending refund with its name; null without one. */
function pendingWords(row: AccountView): string | null {
  return row.pendingRefund === '0' ? null : `refund: ${pendingOf(row)}`
}

const hasEnough = (decision: Decision): boolean => decision.action === 'hold' && decision.reason === 'sufficient'

function wouldDo({ decision }: AccountView): string {
  if (!decision) return '-'
  const words = decisionInWords(decision)
  if (decision.action !== 'hold' || decision.reclaim?.wait === null) return paint('yellow', words)
  return decision.reason === 'sufficient' ? `nothing: ${words}` : `wait: ${words}`
}

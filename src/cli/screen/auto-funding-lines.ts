import { accountColumns, IN_OG, pendingWords } from './overview.ts'
import type { PositionView, AccountView } from './view.ts'
import { fitting, type Column, type Layout } from './table.ts'
import { lineWidth, paint } from './terminal.ts'
import { decisionInWords } from './decision-words.ts'
import { autoFundingInWords, aligned } from './words.ts'

/** A table of all sub-accounts, with what auto-funding does about each. */
export function autoFundingLines({ accounts }: PositionView): string[] {
  return [...fitting(layouts, accounts, lineWidth()), '', IN_OG]
}

const autoFundingColumns: readonly Column<AccountView>[] = [
  { title: 'auto-funding', cell: ({ autoFunding }) => (autoFunding ? autoFundingInWords[autoFunding.state] : 'off') },
  { title: 'top-ups', right: true, cell: ({ autoFunding }) => String(autoFunding?.topUps ?? 0) },
  { title: 'paid', right: true, width: 9, cell: ({ autoFunding }) => aligned(autoFunding?.paid ?? '0') },
]

const columns = [...accountColumns, ...autoFundingColumns]
const LEFT_OUT = new Set(['required', 'pending refund', 'paid'])

/** On a narrow terminal the pending refund and the reason stand below their row. */
const layouts: readonly Layout<AccountView>[] = [
  { columns: [...columns, { title: 'why', cell: whyOf }] },
  {
    columns: columns.filter(({ title }) => !LEFT_OUT.has(title)),
    under: (row) => [...pendingWords(row), whyOf(row)],
  },
]

/** What the plan decides, and the last failure: the failure comes first where it is the reason to hold. */
export function whyOf({ decision, autoFunding }: AccountView): string {
  const failure = autoFunding?.failure?.message.split('\n', 1)[0]
  const words = decision ? decisionInWords(decision) : '-'
  if (failure === undefined) return words
  const isBackingOff = decision?.action === 'hold' && decision.reason === 'backing-off'
  return paint('red', isBackingOff ? `${failure} Tried again later.` : `${words} (${failure})`)
}

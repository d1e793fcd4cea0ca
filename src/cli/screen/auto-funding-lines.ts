import { accountColumns, IN_OG } from './overview.ts'
import type { PositionView, AccountView } from './view.ts'
import { table, type Column } from './table.ts'
import { lineWidth, paint } from './terminal.ts'
import { decisionInWords } from './decision-words.ts'
import { autoFundingInWords, aligned } from './words.ts'

/** A table of all sub-accounts, with what auto-funding does about each. */
export function autoFundingLines({ accounts }: PositionView): string[] {
  return [...table(columns, accounts, lineWidth()), '', IN_OG]
}

const columns: readonly Column<AccountView>[] = [
  ...accountColumns,
  {
    title: 'auto-funding',
    yields: 1,
    cell: ({ autoFunding }) => (autoFunding ? autoFundingInWords[autoFunding.state] : 'off'),
  },
  { title: 'top-ups', right: true, yields: 1, cell: ({ autoFunding }) => String(autoFunding?.topUps ?? 0) },
  { title: 'paid', right: true, width: 9, yields: 2, cell: ({ autoFunding }) => aligned(autoFunding?.paid ?? '0') },
  { title: 'why', yields: 5, cell: whyOf, below: whyOf },
]

/** What the plan decides, and the last failure: the failure comes first where it is the reason to hold. */
export function whyOf({ decision, autoFunding }: AccountView): string {
  const failure = autoFunding?.failure?.message.split('\n', 1)[0]
  const words = decision ? decisionInWords(decision) : '-'
  if (failure === undefined) return words
  const isBackingOff = decision?.action === 'hold' && decision.reason === 'backing-off'
  return paint('red', isBackingOff ? `${failure} Tried again later.` : `${words} (${failure})`)
}

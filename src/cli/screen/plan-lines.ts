import type { Decision } from '../../index.ts'
import { holdInWords, reclaimInWords } from './decision-words.ts'
import { oddFacts } from './hold-facts.ts'
import { IN_OG } from './overview.ts'
import { table, type Column } from './table.ts'
import { paint } from './terminal.ts'
import { wrap } from './text-width.ts'
import { aligned, durationInWords, og, short, stateInWords } from './words.ts'

/**
 * A plan as a table: top-ups first, then sub-accounts that wait, then those with enough.
 *
 * @param width columns of a line
 */
export function planLines(decisions: readonly Decision[], width: number): string[] {
  if (decisions.length === 0) return ['No sub-accounts: transfer opens one.']
  const rows = decisions.toSorted((a, b) => rankOf(a) - rankOf(b))
  return [
    ...table(columns, rows, width),
    '',
    ...wrap(summaryOf(decisions), width).map((line) => paint('dim', line)),
    IN_OG,
  ]
}

const columns: readonly Column<Decision>[] = [
  { title: 'provider', cell: ({ provider }) => short(provider) },
  { title: 'service', cell: ({ serviceType }) => serviceType },
  { title: 'state', cell: ({ state }) => stateInWords[state] },
  { title: 'available', right: true, cell: ({ available }) => aligned(available) },
  { title: 'required', right: true, cell: ({ required }) => aligned(required) },
  { title: 'target', right: true, yields: 3, cell: ({ target }) => aligned(target) },
  { title: 'deficit', right: true, yields: 1, cell: ({ deficit }) => (deficit === 0n ? '-' : aligned(deficit)) },
  {
    title: 'burn/h',
    right: true,
    yields: 2,
    cell: ({ burnRate }) => (burnRate === null ? '-' : aligned(burnRate)),
  },
  {
    title: 'runway',
    right: true,
    yields: 2,
    cell: ({ runway }) => (runway === null ? '-' : durationInWords(runway)),
  },
  { title: 'amount', right: true, yields: 1, cell: (one) => (one.action === 'hold' ? '-' : aligned(one.amount)) },
  // The columns of a top-up, and of a sub-account with enough, say it already.
  {
    title: 'plan',
    yields: 4,
    cell: planOf,
    below: (row) => (rankOf(row) === 1 || row.reclaim || oddFacts(row) !== null ? planOf(row) : null),
  },
]

function planOf(decision: Decision): string {
  const { reclaim } = decision
  const odd = oddFacts(decision)
  const words = reclaim ? reclaimInWords(reclaim) : null
  return [
    fundingOf(decision),
    ...(odd === null ? [] : [odd]),
    ...(words === null ? [] : [reclaim?.wait === null ? paint('yellow', words) : words]),
  ].join('; ')
}

function fundingOf(decision: Decision): string {
  if (decision.action !== 'hold') {
    const words = decision.action === 'top-up' ? 'top up' : 'ask to top up'
    const { fromRefund } = decision
    return paint('yellow', fromRefund > 0n ? `${words}, ${og(fromRefund)} from its refund` : words)
  }
  const { reason, missing, deficit } = decision
  // Where all of the deficit is missing, its column says so.
  const words = holdInWords(decision, missing === deficit ? undefined : missing)
  return reason === 'sufficient' ? words : paint('red', `wait: ${words}`)
}

function rankOf(decision: Decision): number {
  if (decision.action !== 'hold') return 0
  return decision.reason === 'sufficient' ? 2 : 1
}

function summaryOf(decisions: readonly Decision[]): string {
  const count = (rank: number) => decisions.filter((one) => rankOf(one) === rank).length
  const amount = decisions.reduce((sum, one) => (one.action === 'hold' ? sum : sum + one.amount), 0n)
  const [topUps, waiting, enough] = [count(0), count(1), count(2)]
  return [
    `${decisions.length} sub-account${decisions.length === 1 ? '' : 's'}: ${topUps} to top up by ${og(amount)}`,
    `${waiting} waiting`,
    `${enough} with enough.`,
  ].join(', ')
}

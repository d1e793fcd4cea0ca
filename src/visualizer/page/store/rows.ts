import type { State, SubAccountState } from '../../protocol.ts'
import { lifecycleWord, titleOf } from '../format/accounts.ts'
import { standingOf } from './standing.ts'

export type SortKey = 'name' | 'state' | 'available' | 'required' | 'runway' | 'urgency'
export type Sort = { key: SortKey; down: boolean }

/** The filter of the list. `path` is a state of the chart, with those nested in it, or a standing of the chart `standing`. */
export type Filter = { text: string; place: { chart: string; path: string } | null }

export const everything: Filter = { text: '', place: null }

/** The sub-accounts that pass the filter, sorted; equal ones by name. */
export function rowsOf(state: State, filter: Filter, sort: Sort): SubAccountState[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = Object.values(state.subAccounts).filter(
    (one) => isIn(state, one, filter.place) && words.every((word) => searchText(one).includes(word)),
  )
  const direction = sort.down ? -1 : 1
  return rows.toSorted((a, b) => direction * comparing[sort.key](a, b) || comparing.name(a, b))
}

/** The number of actors in each state of a chart; an outer state counts those in nested states. */
export function tally(state: State, chart: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const value of valuesIn(state, chart))
    for (const path of withOuter(value)) counts.set(path, (counts.get(path) ?? 0) + 1)
  return counts
}

/** Whether the state `value` is `path` or nested in it. */
export const isWithin = (value: string, path: string): boolean => value === path || value.startsWith(`${path}.`)

/** The rank of a sub-account by urgency: lower is more urgent. */
export function urgencyOf({ lifecycle, plan, autoFunding }: SubAccountState): number {
  if (autoFunding?.failure) return 0
  const isShort = BigInt(plan?.deficit ?? 0) > 0n
  if (isShort) return plan?.action === 'hold' ? 1 : 2
  if (autoFunding && autoFunding.value !== 'watching' && autoFunding.value !== 'held') return 3
  return lifecycle.value === 'none' || lifecycle.value === 'closed' ? 6 : lifecycle.value === 'funded' ? 5 : 4
}

const comparing: Readonly<Record<SortKey, (a: SubAccountState, b: SubAccountState) => number>> = {
  name: (a, b) =>
    compare(a.serviceType === 'inference', b.serviceType === 'inference') * -1 ||
    compare(titleOf(a), titleOf(b)) ||
    compare(a.key, b.key),
  state: (a, b) => compare(lifecycleWord(a), lifecycleWord(b)),
  available: (a, b) => compare(BigInt(a.account?.available ?? 0), BigInt(b.account?.available ?? 0)),
  required: (a, b) => compare(BigInt(a.plan?.required ?? 0), BigInt(b.plan?.required ?? 0)),
  runway: (a, b) => compare(a.plan?.runway ?? Infinity, b.plan?.runway ?? Infinity),
  urgency: (a, b) => compare(urgencyOf(a), urgencyOf(b)) || comparing.runway(a, b),
}

const compare = <T extends string | number | bigint | boolean>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

function isIn({ transactions }: State, one: SubAccountState, place: Filter['place']): boolean {
  if (!place) return true
  if (place.chart === 'standing') return standingOf(one).name === place.path
  if (place.chart === 'subAccount') return isWithin(one.lifecycle.value, place.path)
  if (place.chart === 'autoFunding') return one.autoFunding !== null && isWithin(one.autoFunding.value, place.path)
  return Object.values(transactions).some(
    ({ subAccount, value }) => subAccount === one.key && isWithin(value, place.path),
  )
}

function valuesIn({ subAccounts, transactions, ledgerActor }: State, chart: string): string[] {
  if (chart === 'subAccount') return Object.values(subAccounts).map(({ lifecycle }) => lifecycle.value)
  if (chart === 'autoFunding') return Object.values(subAccounts).flatMap(({ autoFunding }) => autoFunding?.value ?? [])
  if (chart === 'transaction') return Object.values(transactions).map(({ value }) => value)
  return ledgerActor ? [ledgerActor.value] : []
}

/** A path with the paths of its outer states: `a.b` gives `a` and `a.b`. */
function withOuter(path: string): string[] {
  const names = path.split('.')
  return names.map((_, index) => names.slice(0, index + 1).join('.'))
}

const searchText = (one: SubAccountState): string =>
  [
    one.provider,
    one.serviceType,
    one.service?.model ?? '',
    one.service?.url ?? '',
    lifecycleWord(one),
    one.plan?.reason,
  ]
    .join(' ')
    .toLowerCase()

import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { ActorState, Chart, ChartNode, State } from '../../protocol.ts'
import type { Tone } from '../format/tones.ts'
import { movesIn } from '../store/moments.ts'
import { tally, type Filter } from '../store/rows.ts'
import { isRefilling } from '../store/standing.ts'
import type { ChartProps } from './chart.tsx'
import { ChartPane } from './chart-pane.tsx'
import { usePage } from './page.ts'
import { VerticalChart } from './vertical-chart.tsx'

/** How long an edge stays lit after an actor took it. */
const GLOW_MS = 4_000

export type PanelProps = {
  chart: Chart
  filter: Filter
  setFilter: (filter: Filter) => void
  zoom: number
  withNames: boolean
  isNarrow: boolean
}

/** A chart with the states of its actors. A click on a state filters the list. */
export function Panel({ chart, filter, setFilter, zoom, withNames, isNarrow }: PanelProps): VNode {
  const { view, selected } = usePage()
  const { history, seq, state, at } = view
  const actor = actorOf(state, chart.id, selected)
  const moves = useMemo(
    () => movesIn(history, seq, { chart: chart.id, actor: actor?.name ?? null, since: at - GLOW_MS }),
    [history, seq, chart.id, actor?.name, at],
  )
  const isOne = isOfLedger(chart.id)
  const counts = useMemo(() => tally(state, chart.id), [state, chart.id])
  const chosen = filter.place?.chart === chart.id ? filter.place.path : null
  const choose = (path: string) => setFilter({ ...filter, place: path === chosen ? null : { chart: chart.id, path } })
  const drawing = {
    chart,
    counts: actor || isOne ? null : counts,
    present: actor?.state?.value ?? ofLedger(state, chart.id)?.value ?? null,
    moves,
    travelled: useTravelled(chart.id),
    withNames,
    tones: useMemo(() => tonesOf(state, chart.id, selected), [state, chart.id, selected]),
    chosen,
    choose: isOne ? null : choose,
  }
  if (isNarrow) return <VerticalChart {...drawing} />
  return <ChartPane {...drawing} zoom={zoom} followed={followedIn(drawing)} />
}

/** The edges of a chart that were taken up to the shown moment. The set stays the same one until another edge is taken. */
function useTravelled(chart: string): ReadonlySet<string> {
  const { view } = usePage()
  const { travelled } = view.history
  const { seq } = view
  const edges = [...travelled].flatMap(([name, first]) =>
    name.startsWith(`${chart}|`) && (seq === null || first <= seq) ? [name.slice(chart.length + 1)] : [],
  )
  return useMemo(() => new Set(edges), [edges.join('\n')])
}

/** The state that the newest move led to, else one that actors are in. */
function followedIn({
  chart,
  counts,
  present,
  moves,
}: Pick<ChartProps, 'chart' | 'counts' | 'present' | 'moves'>): ChartNode | null {
  const [last] = moves
  const target = counts ? chart.edges.find(({ id }) => id === last?.edge)?.target : present
  const nodes = chart.nodes.filter(({ kind }) => kind === 'state' || kind === 'final')
  return nodes.find(({ path }) => path === target) ?? nodes.find(({ path }) => counts?.has(path)) ?? null
}

/** Low is amber only where a hold keeps it low, or nothing refills it. */
function tonesOf({ subAccounts }: State, chart: string, selected: string | null): ReadonlyMap<string, Tone> {
  if (chart !== 'subAccount') return new Map()
  const all = Object.values(subAccounts).filter(({ key }) => selected === null || key === selected)
  return new Map(
    ['low', 'created'].flatMap((path) => {
      const here = all.filter(({ lifecycle }) => lifecycle.value === path)
      return here.length > 0 && here.every(isRefilling) ? [[path, 'moving' as const]] : []
    }),
  )
}

/** The actor of the selected sub-account in this chart; null without one. */
function actorOf(
  state: State,
  chart: string,
  selected: string | null,
): { name: string; state: ActorState | null } | null {
  const account = selected === null ? undefined : state.subAccounts[selected]
  if (!account) return null
  if (chart === 'subAccount') return { name: account.key, state: account.lifecycle }
  if (chart === 'autoFunding') return { name: account.key, state: account.autoFunding }
  if (chart !== 'transaction') return null
  const last = Object.values(state.transactions).findLast(({ subAccount }) => subAccount === account.key)
  return last ? { name: last.id, state: last } : null
}

/** Whether a chart is of the one actor that the ledger has in it. */
export const isOfLedger = (chart: string): boolean => chart === 'ledger' || chart === 'autoDeposit'

/** The ledger's actor in a chart; null where it has none. Recordings of earlier versions lack auto-deposit. */
export function ofLedger({ ledgerActor, autoDeposit }: State, chart: string): ActorState | null {
  if (chart === 'autoDeposit') return autoDeposit ?? null
  return chart === 'ledger' ? ledgerActor : null
}

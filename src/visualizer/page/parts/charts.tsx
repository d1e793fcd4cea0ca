import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ActorState, Chart, State } from '../../protocol.ts'
import { titleOf } from '../format/accounts.ts'
import { movesIn } from '../store/moments.ts'
import { tally, type Filter } from '../store/rows.ts'
import { Chart as Drawing } from './chart.tsx'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'

/** How long an edge stays lit after an actor took it. */
const GLOW_MS = 4_000
const ORDER = ['subAccount', 'autoFunding', 'transaction', 'ledger', 'autoDeposit']
const TITLES: Readonly<Record<string, string>> = {
  subAccount: 'Sub-account',
  autoFunding: 'Auto-funding',
  transaction: 'Transaction',
  ledger: 'Ledger',
  autoDeposit: 'Deposits',
}
/** The charts of the one actor that the ledger has in each. */
const OF_LEDGER = ['ledger', 'autoDeposit']

/** The statecharts, one at a time, for all sub-accounts or for the selected one. */
export function Charts({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view, selected } = usePage()
  const charts = useMemo(
    () => visibleCharts(view.subject.charts, view.state),
    [view.subject.charts, !view.state.ledgerActor, !view.state.autoDeposit],
  )
  const [id, setId] = useState('subAccount')
  const [isLarge, setLarge] = useState(false)
  const chart = charts.find((one) => one.id === id) ?? charts[0]
  const account = selected === null ? undefined : view.state.subAccounts[selected]
  return (
    <section class="card charts" aria-label="Statecharts">
      <div class="card-head">
        <Tabs charts={charts} id={chart?.id ?? ''} choose={setId} />
        <div class="end">
          <span class="of foreign">
            {OF_LEDGER.includes(chart?.id ?? '') ? '' : account ? titleOf(account) : 'all'}
          </span>
          <button
            type="button"
            class="button bare"
            aria-label="Enlarge the chart"
            title="Enlarge"
            onClick={() => setLarge(true)}
          >
            <Icon name="grow" />
          </button>
        </div>
      </div>
      {chart && <Panel chart={chart} filter={filter} setFilter={setFilter} />}
      {isLarge && chart && (
        <Enlarged title={TITLES[chart.id] ?? chart.title} close={() => setLarge(false)}>
          <Panel chart={chart} filter={filter} setFilter={setFilter} />
        </Enlarged>
      )}
    </section>
  )
}

function Enlarged({ title, close, children }: { title: string; close: () => void; children: VNode }): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="enlarged" aria-label={`${title}, enlarged`} onClose={close}>
      <div class="card-head">
        <h2>{title}</h2>
        <button type="button" class="button bare end" aria-label="Close the enlarged chart" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  )
}

function Tabs({ charts, id, choose }: { charts: readonly Chart[]; id: string; choose: (id: string) => void }): VNode {
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const index = charts.findIndex((chart) => chart.id === id)
    const next = charts[(index + step + charts.length) % charts.length]
    if (next) choose(next.id)
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=tab]')
    tabs[(index + step + charts.length) % charts.length]?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Charts" onKeyDown={move}>
      {charts.map((chart) => (
        <button
          key={chart.id}
          type="button"
          role="tab"
          aria-selected={chart.id === id}
          tabIndex={chart.id === id ? 0 : -1}
          onClick={() => choose(chart.id)}
        >
          {TITLES[chart.id] ?? chart.title}
        </button>
      ))}
    </div>
  )
}

type PanelProps = { chart: Chart; filter: Filter; setFilter: (filter: Filter) => void }

/** A chart with the states of its actors. A click on a state filters the list. */
function Panel({ chart, filter, setFilter }: PanelProps): VNode {
  const { view, selected } = usePage()
  const { history, seq, state, at } = view
  const actor = actorOf(state, chart.id, selected)
  const moves = useMemo(
    () => movesIn(history, seq, { chart: chart.id, actor: actor?.name ?? null, since: at - GLOW_MS }),
    [history, seq, chart.id, actor?.name, at],
  )
  const isOfLedger = OF_LEDGER.includes(chart.id)
  const counts = useMemo(() => tally(state, chart.id), [state, chart.id])
  const chosen = filter.place?.chart === chart.id ? filter.place.path : null
  const choose = (path: string) => setFilter({ ...filter, place: path === chosen ? null : { chart: chart.id, path } })
  return (
    <div class="panel" role="tabpanel" aria-label={TITLES[chart.id] ?? chart.title}>
      <Drawing
        chart={chart}
        counts={actor || isOfLedger ? null : counts}
        present={actor?.state?.value ?? ofLedger(state, chart.id)?.value ?? null}
        moves={moves}
        chosen={chosen}
        choose={isOfLedger ? null : choose}
      />
    </div>
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

/** The ledger's actor in a chart; null where it has none. Recordings of earlier versions lack auto-deposit. */
function ofLedger({ ledgerActor, autoDeposit }: State, chart: string): ActorState | null {
  if (chart === 'autoDeposit') return autoDeposit ?? null
  return chart === 'ledger' ? ledgerActor : null
}

function visibleCharts(charts: readonly Chart[], state: State): Chart[] {
  return charts
    .filter(({ id }) => !OF_LEDGER.includes(id) || ofLedger(state, id) !== null)
    .toSorted((a, b) => placeOf(a) - placeOf(b))
}

const placeOf = ({ id }: Chart): number => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)

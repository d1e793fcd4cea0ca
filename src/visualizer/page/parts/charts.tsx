import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Chart, State } from '../../protocol.ts'
import { titleOf } from '../format/accounts.ts'
import type { Filter } from '../store/rows.ts'
import { isOfLedger, ofLedger, Panel } from './chart-panel.tsx'
import { Tabs, TITLES, Zoom } from './chart-tools.tsx'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'
import { useNarrow } from './width.ts'

const ORDER = ['subAccount', 'autoFunding', 'transaction', 'ledger', 'autoDeposit']

/** The statecharts, one at a time, for all sub-accounts or for the selected one. */
export function Charts({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view, selected } = usePage()
  const charts = useMemo(
    () => visibleCharts(view.subject.charts, view.state),
    [view.subject.charts, !view.state.ledgerActor, !view.state.autoDeposit],
  )
  const [id, setId] = useState('subAccount')
  const [isLarge, setLarge] = useState(false)
  const [zoom, setZoom] = useState(1)
  const [withNames, setNames] = useState(false)
  const isNarrow = useNarrow()
  const found = charts.find((one) => one.id === id) ?? charts[0]
  const chart = useMemo(() => found && (withNames ? { ...found, ...found.named } : found), [found, withNames])
  const account = selected === null ? undefined : view.state.subAccounts[selected]
  return (
    <section class="card charts" aria-label="Statecharts">
      <div class="card-head">
        <Tabs charts={charts} id={chart?.id ?? ''} choose={setId} />
        <div class="end">
          <span class="of foreign">{isOfLedger(chart?.id ?? '') ? '' : account ? titleOf(account) : 'all'}</span>
          {!isNarrow && <Zoom zoom={zoom} setZoom={setZoom} />}
          <button
            type="button"
            class="button names"
            aria-pressed={withNames}
            title="Names of states and events, as in code"
            onClick={() => setNames(!withNames)}
          >
            {'{ }'}
            <span class="unseen">Names of states and events</span>
          </button>
          <button
            type="button"
            class="button bare enlarge"
            aria-label="Enlarge the chart"
            title="Enlarge"
            onClick={() => setLarge(true)}
          >
            <Icon name="grow" />
          </button>
        </div>
      </div>
      {chart && <Panel {...{ chart, filter, setFilter, zoom, withNames, isNarrow }} />}
      <ul class="drawn" aria-hidden="true">
        <li class="key here">actors are here</li>
        <li class="key lately">just taken</li>
        <li class="key never">not taken yet</li>
      </ul>
      {isLarge && chart && (
        <Enlarged title={TITLES[chart.id] ?? chart.title} close={() => setLarge(false)}>
          <Panel {...{ chart, filter, setFilter, zoom: 1, withNames, isNarrow: false }} />
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

function visibleCharts(charts: readonly Chart[], state: State): Chart[] {
  return charts
    .filter(({ id }) => !isOfLedger(id) || ofLedger(state, id) !== null)
    .toSorted((a, b) => placeOf(a) - placeOf(b))
}

const placeOf = ({ id }: Chart): number => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)

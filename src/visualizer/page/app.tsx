import type { VNode } from 'preact'
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import type { ActionName, ControlRequest } from '../protocol.ts'
import { ask, closingPlan } from './live/control.ts'
import { Boundary } from './parts/boundary.tsx'
import { Charts } from './parts/charts.tsx'
import { ClosingCard } from './parts/closing.tsx'
import { DepositCard } from './parts/deposits.tsx'
import { Detail } from './parts/detail.tsx'
import { Elsewhere } from './parts/elsewhere.tsx'
import { Header } from './parts/header.tsx'
import { Help } from './parts/help.tsx'
import { useKeys } from './parts/keys.ts'
import { List } from './parts/list.tsx'
import { Money } from './parts/money.tsx'
import { Notices, useNotices } from './parts/notices.tsx'
import { OutlookCard } from './parts/outlook.tsx'
import { PageContext, type Page } from './parts/page.ts'
import { Question } from './parts/question.tsx'
import { Recordings } from './parts/recordings.tsx'
import { Scrubber } from './parts/scrubber.tsx'
import { Timeline } from './parts/timeline.tsx'
import { LAST_HOUR, type Range } from './store/range.ts'
import { everything, type Filter, type Sort } from './store/rows.ts'
import { standings } from './store/standing.ts'
import { viewOf, type Message, type Model, type View } from './store/store.ts'

export type AppProps = { model: Model; dispatch: (message: Message) => void; token: string | null }

/** The page. Before the server's first answer it shows only the state of the connection. */
export function App({ model, dispatch, token }: AppProps): VNode {
  const view = useMemo(() => viewOf(model), [model.history, model.subject, model.loaded, model.moment])
  if (!view)
    return (
      <p class="waiting" role="status">
        {model.trouble ?? 'Asking og-ledger…'}
      </p>
    )
  const reset = () => {
    dispatch({ type: 'unload' })
  }
  return (
    <Boundary reset={reset}>
      <Whole view={view} {...{ model, dispatch, token }} />
    </Boundary>
  )
}

function Whole({ view, model, dispatch, token }: AppProps & { view: View }): VNode {
  const [selected, setSelected] = useState<string | null>(null)
  const [filter, setFilter] = useState<Filter>(everything)
  const [sort, setSort] = useState<Sort>({ key: 'name', down: false })
  const [request, propose] = useState<ControlRequest | null>(null)
  const select = useCallback(setSelected, [])
  const [helps, setHelps] = useState(false)
  const [range, setRange] = useState<Range>(LAST_HOUR)
  const { notices, say } = useNotices(view)
  const leave = () => {
    setSelected(null)
    focusRow(selected)
  }
  useKeys(
    [
      { name: 'detail', isOpen: selected !== null, close: leave },
      { name: 'state', isOpen: filter.place !== null, close: () => setFilter({ ...filter, place: null }) },
      { name: 'text', isOpen: filter.text !== '', close: () => setFilter({ ...filter, text: '' }) },
      { name: 'range', isOpen: 'from' in range, close: () => setRange(LAST_HOUR) },
      { name: 'past', isOpen: model.moment !== null, close: () => dispatch({ type: 'travel', to: null }) },
    ],
    () => setHelps(true),
  )
  const can = (action: ActionName) => view.isLive && token !== null && view.subject.actions.includes(action)
  const silentSince = view.isLive ? model.silentSince : null
  const off = silentSince === null ? null : 'There is no contact with og-ledger: nothing can be sent.'
  const { link, trouble } = model
  const page: Page = {
    view,
    link,
    trouble,
    silentSince,
    dispatch,
    selected,
    select,
    can,
    off,
    range,
    setRange,
    propose,
  }
  const account = selected === null ? undefined : view.state.subAccounts[selected]
  useEffect(() => {
    document.title = silentSince === null ? titleOf(view) : '(no contact) og-ledger'
  }, [view.state, silentSince])
  return (
    <PageContext.Provider value={page}>
      <div class={`page${view.isLive ? '' : ' past'}${silentSince === null ? '' : ' silent'}`}>
        <Header hasToken={token !== null} help={() => setHelps(true)} />
        <main>
          <OutlookCard filter={filter} setFilter={setFilter} />
          <div class="left">
            <ClosingCard />
            <Money />
            <DepositCard />
            <List {...{ filter, setFilter, sort, setSort }} />
            <Elsewhere />
          </div>
          <aside class={account ? 'side with-detail' : 'side'}>
            {account && <Detail account={account} leave={leave} />}
            <Charts filter={filter} setFilter={setFilter} />
            <Timeline key={account?.key ?? ''} only={account?.key ?? null} />
          </aside>
        </main>
        <Scrubber>
          <Recordings fail={say} />
        </Scrubber>
        <Notices notices={notices} />
        {helps && <Help close={() => setHelps(false)} />}
        {request && token !== null && (
          <Question
            request={request}
            ask={(action) => ask(action, token)}
            closingPlan={() => closingPlan(token)}
            close={() => propose(null)}
          />
        )}
      </div>
    </PageContext.Provider>
  )
}

/** The title of the tab counts sub-accounts that stay low. */
function titleOf({ state }: View): string {
  const low = standings(Object.values(state.subAccounts)).get('low') ?? 0
  return low > 0 ? `(${low} low) og-ledger` : 'og-ledger'
}

/** Returns the focus to the row of a sub-account whose pane was closed. */
function focusRow(key: string | null): void {
  if (key !== null) document.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(key)}"] button`)?.focus()
}

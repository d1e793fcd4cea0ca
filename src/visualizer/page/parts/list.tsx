import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { count, stateWords } from '../format/words.ts'
import { endsOf } from '../store/range.ts'
import { everything, rowsOf, type Filter, type Sort, type SortKey } from '../store/rows.ts'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'
import { RangeChoice } from './range-choice.tsx'
import { Row } from './row.tsx'

/** The end of the sparklines moves in steps of a fraction of their width, so that most frames draw none of them again. */
const STEPS = 90

export type ListProps = {
  filter: Filter
  setFilter: (filter: Filter) => void
  sort: Sort
  setSort: (sort: Sort) => void
}

/** The list of sub-accounts, with search, filter and sorting. */
export function List({ filter, setFilter, sort, setSort }: ListProps): VNode {
  const { view, selected, select, range, setRange } = usePage()
  const { state, history, at, subject } = view
  const rows = useMemo(() => rowsOf(state, filter, sort), [state, filter, sort])
  const stop = rows.some(({ key }) => key === selected) ? selected : null
  const many = Object.keys(state.subAccounts).length
  const { from, to } = endsOf(range, history.entries[0]?.at ?? at, at)
  const step = Math.max(1_000, (to - from) / STEPS)
  const span = { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step }
  return (
    <section class="card list" aria-label="Sub-accounts">
      <div class="card-head">
        <h2>Sub-accounts</h2>
        <span class="dim tally">{rows.length === many ? many : `${rows.length} of ${many}`}</span>
        {filter.place && (
          <button type="button" class="chip filter" onClick={() => setFilter({ ...filter, place: null })}>
            {stateWords[filter.place.path] ?? filter.place.path}
            <Icon name="close" />
            <span class="unseen">Show all states</span>
          </button>
        )}
        <label class="search end">
          <Icon name="search" />
          <span class="unseen">Search sub-accounts</span>
          <input
            type="search"
            placeholder="Search"
            value={filter.text}
            onInput={({ currentTarget }) => setFilter({ ...filter, text: currentTarget.value })}
          />
        </label>
      </div>
      <table>
        <caption class="unseen">Sub-accounts, amounts in OG</caption>
        <thead>
          <tr>
            <Head name="Sub-account" by="name" {...{ sort, setSort }} />
            <Head name="State, and what is next" by="urgency" {...{ sort, setSort }} />
            <Head name="Available" by="available" right {...{ sort, setSort }} />
            <Head name="Lasts" by="runway" right {...{ sort, setSort }} />
            <th scope="col" class="by-history">
              <RangeChoice range={range} setRange={setRange} />
            </th>
          </tr>
        </thead>
        <tbody onKeyDown={moveFocus}>
          {rows.map((account, index) => (
            <Row
              key={account.key}
              account={account}
              samples={history.samples.get(account.key)}
              from={span.from}
              to={span.to}
              at={view.isLive ? Infinity : at}
              dryRun={subject.dryRun}
              isSelected={selected === account.key}
              isStop={stop === null ? index === 0 : stop === account.key}
              select={select}
            />
          ))}
        </tbody>
      </table>
      {rows.length > 0 && (
        <ul class="drawn" aria-hidden="true">
          <li class="key available">available</li>
          <li class="key required">required</li>
          <li class="key paid">topped up</li>
        </ul>
      )}
      {rows.length === 0 && (
        <div class="nothing">
          {many === 0 ? (
            <p>There are no sub-accounts yet.</p>
          ) : (
            <p>
              None of {count(many, 'sub-account')} is like that.{' '}
              <button type="button" class="button" onClick={() => setFilter(everything)}>
                Show all
              </button>
            </p>
          )}
        </div>
      )}
    </section>
  )
}

type HeadProps = { name: string; by: SortKey; right?: boolean; sort: Sort; setSort: (sort: Sort) => void }

function Head({ name, by, right = false, sort, setSort }: HeadProps): VNode {
  const isOn = sort.key === by
  return (
    <th
      scope="col"
      class={`by-${by}${right ? ' right' : ''}`}
      aria-sort={isOn ? (sort.down ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" onClick={() => setSort({ key: by, down: isOn && !sort.down })}>
        {name}
        {isOn && <Icon name={sort.down ? 'down' : 'up'} />}
      </button>
    </th>
  )
}

/** The arrow keys move the focus from row to row. */
function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const row = (event.target as HTMLElement).closest('tr')
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
  const button = next?.querySelector('button')
  if (!button) return
  event.preventDefault()
  button.focus()
}

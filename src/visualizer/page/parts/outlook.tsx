import type { VNode } from 'preact'
import { exactly, inOg, type Wei } from '../format/amounts.ts'
import { duration, moment } from '../format/durations.ts'
import { stateWords } from '../format/words.ts'
import { signs, toneOfState } from '../format/tones.ts'
import { outlookOf } from '../store/outlook.ts'
import { tally, type Filter } from '../store/rows.ts'
import { Icon } from './icon.tsx'
import { useNow, usePage } from './page.ts'

const DAY = 86_400
const STATES = ['funded', 'low', 'refunding', 'created', 'none', 'closed'] as const

/** The overall state in a sentence, when ledger and gas run dry, and what to deposit. */
export function OutlookCard({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view } = usePage()
  const { forecast } = view.state
  const { tone, text } = outlookOf(view.state)
  return (
    <section class="card outlook" aria-label="Outlook">
      <div>
        <p class="verdict" data-tone={tone} title={text}>
          <Icon name={signs[tone]} />
          <span>{text}</span>
        </p>
        <Tallies filter={filter} setFilter={setFilter} />
      </div>
      <Dry name="Ledger lasts" at={forecast?.ledgerDryAt ?? null} />
      <Dry name="Gas lasts" at={forecast?.gasDryAt ?? null} />
      <div>
        <p class="label">Burn</p>
        <p class="figure" title={exactly(forecast?.burnRate ?? '0')}>
          {forecast && forecast.burnRate !== '0' ? inOg(forecast.burnRate) : '–'}
        </p>
        <p class="under">OG an hour, all together</p>
      </div>
      <Deposits />
    </section>
  )
}

/** The number of sub-accounts in each state, as filters of the list. */
function Tallies({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view } = usePage()
  const counts = tally(view.state, 'subAccount')
  return (
    <div class="tallies">
      {STATES.filter((state) => counts.has(state)).map((state) => {
        const isOn = filter.place?.chart === 'subAccount' && filter.place.path === state
        return (
          <button
            key={state}
            type="button"
            class="state"
            data-tone={toneOfState('subAccount', state)}
            aria-pressed={isOn}
            onClick={() => setFilter({ ...filter, place: isOn ? null : { chart: 'subAccount', path: state } })}
          >
            {counts.get(state)} {stateWords[state]}
          </button>
        )
      })}
    </div>
  )
}

function Dry({ name, at }: { name: string; at: number | null }): VNode {
  const { view } = usePage()
  const now = useNow(view)
  const block = view.state.block?.timestamp ?? 0
  const isBurning = (view.state.forecast?.burnRate ?? '0') !== '0'
  const left = at === null ? null : at - block
  const tone = left === null || left > DAY ? undefined : left > 3_600 ? 'low' : 'bad'
  return (
    <div>
      <p class="label">{name}</p>
      <p class="figure" data-tone={tone}>
        {left === null ? '–' : left <= 0 ? 'dry' : duration(left)}
      </p>
      <p class="under">
        {at === null ? (isBurning ? 'not known yet' : 'no burn measured') : `until ${moment(at * 1_000, now)}`}
      </p>
    </div>
  )
}

/** The deposits for some days. Without a burn all of them are the same, and only the one for now is shown. */
function Deposits(): VNode {
  const { view } = usePage()
  const { forecast } = view.state
  const isBurning = forecast !== null && forecast.burnRate !== '0'
  const [now] = forecast?.deposits ?? []
  const isNeeded = forecast?.deposits.some(({ amount }) => amount !== '0') ?? false
  if (!isBurning)
    return (
      <div>
        <p class="label">Deposit needed now</p>
        <p class="figure">{now ? <Figure wei={now.amount} /> : '–'}</p>
        <p class="under">for longer no burn is known</p>
      </div>
    )
  return (
    <div>
      <p class="label">{isNeeded ? 'Deposit to be funded for' : 'No deposit is needed for'}</p>
      <div class="deposits">
        {forecast.deposits.map(({ days, amount }) => (
          <div key={days}>
            <p class="figure">
              <Figure wei={amount} />
            </p>
            <p class="under">{days === 1 ? '1 day' : `${days} days`}</p>
          </div>
        ))}
      </div>
    </div>
  )
}

const Figure = ({ wei }: { wei: Wei }): VNode => <span title={exactly(wei)}>{wei === '0' ? 'none' : inOg(wei, 2)}</span>

import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import { exactly, inOg, type Wei } from '../format/amounts.ts'
import { duration, moment, TEN_YEARS } from '../format/durations.ts'
import { stateWords } from '../format/words.ts'
import { signs, toneOfState } from '../format/tones.ts'
import { figuresOf, type Figures } from '../store/figures.ts'
import { outlookOf, type Outlook } from '../store/outlook.ts'
import type { Filter } from '../store/rows.ts'
import { REFILLING, standings } from '../store/standing.ts'
import { Icon } from './icon.tsx'
import { useCalm } from './calm.ts'
import { useChainClock, useNow, usePage } from './page.ts'

const DAY = 86_400
const STATES = ['funded', REFILLING, 'low', 'refunding', 'created', 'none', 'closed'] as const

/** The overall state in a sentence, when ledger and gas run dry, and what to deposit. */
export function OutlookCard({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view } = usePage()
  const { state, history, seq } = view
  const figures = useMemo(() => figuresOf(state, history, seq, view.at), [state, history, seq, view.at])
  const { burn, basis, wait, isEstimate } = figures
  const { tone, text } = useHeadline(figures)
  return (
    <section class="card outlook" aria-label="Outlook">
      <div>
        <p class="verdict" data-tone={tone} title={text}>
          <Icon name={signs[tone]} />
          <span>{text}</span>
        </p>
        <Tallies filter={filter} setFilter={setFilter} />
      </div>
      <Dry name="Ledger lasts" at={figures.ledgerDryAt} figures={figures} />
      <Dry name="Gas lasts" at={figures.gasDryAt} figures={figures} />
      <div>
        <p class="label">Burn, OG/hour</p>
        <p class="figure" title={burn === null ? undefined : exactly(burn)}>
          {burn === null ? <span class="wait">{wait.text}</span> : isEstimate ? `≈ ${roughly(burn)}` : inOg(burn)}
        </p>
        <p class="under">{burn === null ? wait.under : basis}</p>
      </div>
      <Deposits />
    </section>
  )
}

/** The overall state; without contact, since when. */
function useHeadline(figures: Figures): Outlook {
  const { view, silentSince } = usePage()
  // Before there is a forecast, an estimate of some seconds is no reason for an alarm.
  const ledgerDryAt = view.state.forecast?.ledgerDryAt == null ? null : figures.ledgerDryAt
  const { at } = useChainClock()
  const now = useNow(view)
  const outlook = useCalm(outlookOf(view.state, { now, at, ledgerDryAt }), view.isLive && silentSince === null)
  if (silentSince === null) return outlook
  const silence = duration((now - silentSince) / 1_000)
  return { tone: 'calm', text: `No contact for ${silence}; last state of ${moment(view.at, now)}.` }
}

/** The number of sub-accounts in each state, as filters of the list. */
function Tallies({ filter, setFilter }: { filter: Filter; setFilter: (filter: Filter) => void }): VNode {
  const { view } = usePage()
  const counts = standings(Object.values(view.state.subAccounts))
  return (
    <div class="tallies">
      {STATES.filter((state) => counts.has(state)).map((state) => {
        const isOn = filter.place?.chart === 'standing' && filter.place.path === state
        return (
          <button
            key={state}
            type="button"
            class="state"
            data-tone={state === REFILLING ? 'moving' : toneOfState('subAccount', state)}
            aria-pressed={isOn}
            onClick={() => setFilter({ ...filter, place: isOn ? null : { chart: 'standing', path: state } })}
          >
            {counts.get(state)} {stateWords[state]}
          </button>
        )
      })}
    </div>
  )
}

function Dry({ name, at, figures }: { name: string; at: number | null; figures: Figures }): VNode {
  const { view } = usePage()
  const { at: inTime } = useChainClock()
  const now = useNow(view)
  const block = view.state.block?.timestamp ?? 0
  const left = at === null ? null : at - block
  // An estimate of some seconds is no reason for an alarm.
  const tone = left === null || left > DAY || figures.isEstimate ? undefined : left > 3_600 ? 'low' : 'bad'
  return (
    <div>
      <p class="label">{name}</p>
      <p class="figure" data-tone={tone}>
        {left === null ? (
          <span class="wait">{figures.wait.text}</span>
        ) : left <= 0 ? (
          'dry'
        ) : (
          `${figures.isEstimate ? '≈ ' : ''}${duration(left)}`
        )}
      </p>
      <p class="under">
        {at === null || left === null
          ? figures.wait.under
          : figures.isEstimate
            ? figures.basis
            : left > TEN_YEARS
              ? 'at the present burn'
              : `until ${moment(inTime(at), now)}`}
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
        <p class="figure">{now ? <Figure wei={now.amount} /> : <span class="wait">not read yet</span>}</p>
        <p class="under">for longer once there is a forecast</p>
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

const Figure = ({ wei }: { wei: Wei }): VNode => <span title={exactly(wei)}>{wei === '0' ? 'none' : inOg(wei)}</span>

/** An estimate has no digits that mean nothing. */
const roughly = (wei: Wei): string => inOg(wei, BigInt(wei) < 100n * 10n ** 18n ? undefined : 0)

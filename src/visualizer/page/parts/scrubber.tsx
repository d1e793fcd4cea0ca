import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Entry } from '../../protocol.ts'
import { ago, clock, duration, moment } from '../format/durations.ts'
import { isOf } from '../store/kinds.ts'
import { ticksOf } from '../store/ticks.ts'
import { useChainClock, useNow, usePage } from './page.ts'
import { usePointed } from './pointer.ts'
import { useWidth } from './width.ts'

const HEIGHT = 26

/** The history as a slider. The whole page shows the moment at the handle. */
export function Scrubber({ children }: { children: VNode }): VNode {
  const { view, dispatch, silentSince } = usePage()
  const { history, isLive, loaded, at, seq } = view
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const newest = history.entries.at(-1)?.at ?? at
  const from = history.entries[0]?.at ?? at
  const isNewest = isLive || (loaded !== null && at === newest)
  const to = useFrozen(newest, !isNewest)
  const go = (value: number) =>
    dispatch(value >= to && !loaded ? { type: 'travel', to: null } : { type: 'travelTo', at: value })
  const step = (event: KeyboardEvent) => {
    const way = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (event.key === 'End') dispatch({ type: 'travel', to: null })
    if (way === 0) return
    event.preventDefault()
    dispatch({ type: 'travel', to: neighbour(history.entries, seq, way) })
  }
  return (
    <footer class="scrubber" aria-label="Time travel">
      {isLive ? (
        <span class="button now" aria-hidden="true">
          <span class="dot" />
          {silentSince === null ? 'Live' : 'No contact'}
        </span>
      ) : (
        <button
          type="button"
          class="button main now"
          onClick={() => dispatch(loaded && !loaded.alone ? { type: 'unload' } : { type: 'travel', to: null })}
        >
          {loaded?.alone ? 'To its end' : loaded ? 'Close recording' : 'Back to live'}
        </button>
      )}
      <div class="rail" ref={box}>
        <Ticks {...{ from, to, width }} />
        <Crosshair {...{ from, to, width }} />
        <input
          type="range"
          min={from}
          max={Math.max(to, from + 1)}
          step={1}
          value={isNewest ? Math.max(to, from + 1) : at}
          aria-label="Moment that is shown"
          aria-valuetext={isLive ? 'live' : clock(at)}
          disabled={history.entries.length < 2}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
          onKeyDown={step}
        />
      </div>
      <Moment />
      {children}
    </footer>
  )
}

/** The time of what is shown, by the clock of this machine, in a fixed width. */
function Moment(): VNode {
  const { view, silentSince } = usePage()
  const { ahead } = useChainClock()
  const now = useNow({ isLive: true, at: view.at })
  const apart = ahead === 0 ? '' : `${duration(Math.abs(ahead) / 1_000)} ${ahead > 0 ? 'ahead' : 'behind'}`
  const under =
    silentSince !== null
      ? `no contact for ${duration((now - silentSince) / 1_000)}`
      : view.isLive
        ? apart === ''
          ? 'local time'
          : `chain ${apart}`
        : ago((now - view.at) / 1_000)
  const title = `All times are of this machine${apart === '' ? '' : `; the chain's clock is ${apart}, and its times are moved by that`}.`
  return (
    <span class="shown" title={title}>
      <b>{view.isLive && silentSince === null ? clock(now) : moment(view.at, now)}</b>
      <span class="dim">{under}</span>
    </span>
  )
}

/** The moment at the pointer in any drawing. */
function Crosshair({ from, to, width }: { from: number; to: number; width: number }): VNode | null {
  const pointed = usePointed()
  if (pointed === null || pointed < from || pointed > to) return null
  return <span class="crosshair" style={{ left: `${((pointed - from) / Math.max(1, to - from)) * width}px` }} />
}

function Ticks({ from, to, width }: { from: number; to: number; width: number }): VNode {
  const { view } = usePage()
  const { entries } = view.history
  const places = Math.max(1, Math.floor(width / 4))
  // Computed once per slot: within a slot nothing visible changes.
  const step = Math.floor(to / Math.max(1_000, (to - from) / places))
  const ticks = useMemo(() => ticksOf(entries, { from, to, places }), [from, step, places, view.loaded])
  const most = Math.max(1, ...ticks.map(({ many }) => many))
  return (
    <svg class="ticks" width={width} height={HEIGHT} aria-hidden="true">
      <line x1={0} x2={width} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {ticks.map(({ place, many, tone }) => {
        const height = 5 + (HEIGHT - 7) * Math.sqrt(many / most)
        return <rect key={place} data-tone={tone} x={place * 4} y={HEIGHT - height} width={3} height={height} rx={1} />
      })}
    </svg>
  )
}

/** The value at the moment when it was frozen. */
function useFrozen(value: number, isFrozen: boolean): number {
  const [frozen, setFrozen] = useState(value)
  useEffect(() => {
    if (!isFrozen) setFrozen(value)
  }, [value, isFrozen])
  return isFrozen ? frozen : value
}

/** The number of the next highlight before or after the shown moment; null for the present. */
function neighbour(entries: readonly Entry[], seq: number | null, way: 1 | -1): number | null {
  const first = entries[0]?.seq ?? 0
  for (let index = (seq ?? first) - first + way; index >= 0 && index < entries.length; index += way) {
    const entry = entries[index]
    if (entry && isOf('highlights', entry)) return entry.seq
  }
  return way === 1 ? null : first
}

import type { VNode } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { inDrawing } from '../format/amounts.ts'
import { clock } from '../format/durations.ts'
import { count } from '../format/words.ts'
import { endsOf, LAST_HOUR, RANGES, rangeWords } from '../store/range.ts'
import type { Sample } from '../store/samples.ts'
import { Plot, sampleAt, scaleOf } from './plot.tsx'
import { pointAt, usePointed } from './pointer.ts'
import { usePage } from './page.ts'
import { useWidth } from './width.ts'

/** A shorter way of the pointer is a click. In pixels. */
const DRAG = 8

/**
 * The balance of a sub-account over time, with the required balance and every top-up. The pointer shows the values of a
 * moment, a click takes the whole page there, and dragging chooses the time that is shown.
 */
export function HistoryChart({
  samples,
  since,
  until,
}: {
  samples: readonly Sample[]
  since: number
  until: number
}): VNode {
  const { dispatch, range, setRange } = usePage()
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const pointed = usePointed()
  const [grabbed, setGrabbed] = useState<number | null>(null)
  const { from, to } = endsOf(range, since, until)
  const visible = useMemo(() => visibleIn(samples, from, to), [samples, from, to])
  const scale = scaleOf(width, { from, until: to, samples: visible })
  const timeAt = ({ offsetX }: MouseEvent) => scale.timeAt(offsetX)
  const spans = RANGES.filter(({ last }) => last === Infinity || last < until - since)
  const release = (event: PointerEvent) => {
    if (grabbed === null) return
    setGrabbed(null)
    const [one, other] = [grabbed, event.offsetX].toSorted((a, b) => a - b)
    if (one === undefined || other === undefined) return
    if (other - one < DRAG) return dispatch({ type: 'travelTo', at: timeAt(event) })
    setRange({ from: scale.timeAt(one), to: scale.timeAt(other) })
  }
  return (
    <figure class="history">
      <div
        ref={box}
        class="plot"
        role="img"
        aria-label={`Available over time: ${count(samples.length, 'change')}, ${count(samples.filter((one) => one.paidIn).length, 'top-up')}.`}
        onPointerMove={(event) => pointAt(timeAt(event))}
        onPointerLeave={() => {
          pointAt(null)
          setGrabbed(null)
        }}
        onPointerDown={(event) => setGrabbed(event.offsetX)}
        onPointerUp={release}
      >
        {width > 0 && <Plot {...{ samples: visible, scale, width, from, until: to, pointed, grabbed }} />}
      </div>
      <figcaption>
        <Reading sample={pointed === null ? null : sampleAt(visible, pointed)} at={pointed} />
        {(spans.length > 1 || 'from' in range) && (
          <span class="kinds spans" role="group" aria-label="Time that is shown">
            {'from' in range && (
              <button type="button" aria-pressed title="Show the last hour again" onClick={() => setRange(LAST_HOUR)}>
                {rangeWords(range)} ×
              </button>
            )}
            {spans.map(({ name, last }) => (
              <button
                key={name}
                type="button"
                aria-pressed={'last' in range && range.last === last}
                onClick={() => setRange({ last })}
              >
                {name}
              </button>
            ))}
          </span>
        )}
      </figcaption>
    </figure>
  )
}

/** The values at the pointer, else the legend. */
function Reading({ sample, at }: { sample: Sample | null; at: number | null }): VNode {
  if (!sample || at === null)
    return (
      <>
        <span class="key available">available</span>
        <span class="key required">required</span>
        <span class="key paid">topped up</span>
      </>
    )
  return (
    <>
      <b>{clock(at)}</b>
      <span class="key available">{inDrawing(sample.available)} OG</span>
      <span class="key required">{inDrawing(sample.required)}</span>
      {sample.pending > 0 && <span>{inDrawing(sample.pending)} pending</span>}
    </>
  )
}

/** The samples of a time, and the one before it, whose value it begins with. */
function visibleIn(samples: readonly Sample[], from: number, to: number): readonly Sample[] {
  return samples.filter(({ at }, index) => at <= to && (at >= from || (samples[index + 1]?.at ?? Infinity) > from))
}

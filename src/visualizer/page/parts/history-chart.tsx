import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { clock } from '../format/durations.ts'
import { roundTicks, timeTicks } from '../format/scales.ts'
import { stepPath } from '../format/steps.ts'
import { count } from '../format/words.ts'
import type { Sample } from '../store/samples.ts'
import { usePage } from './page.ts'
import { useWidth } from './width.ts'

const HEIGHT = 176
const EDGE = { left: 40, right: 10, top: 10, bottom: 22 }
const MINUTE = 60_000
const SPANS = [
  { name: '10m', ms: 10 * MINUTE },
  { name: '1h', ms: 60 * MINUTE },
  { name: '6h', ms: 360 * MINUTE },
  { name: 'All', ms: Infinity },
] as const

/**
 * The balance of a sub-account over time, with the required balance and every top-up. The pointer shows the values of a
 * moment, and a click takes the whole page there.
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
  const { dispatch } = usePage()
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [span, setSpan] = useState<number>(Infinity)
  const [pointed, setPointed] = useState<number | null>(null)
  const from = Math.max(since, until - span)
  const scale = scaleOf(width, { from, until, samples })
  const timeAt = ({ offsetX }: MouseEvent) => scale.timeAt(offsetX)
  const spans = SPANS.filter(({ ms }, index) => ms === Infinity || (SPANS[index]?.ms ?? 0) < until - since)
  return (
    <figure class="history">
      <div
        ref={box}
        class="plot"
        role="img"
        aria-label={`Available over time: ${count(samples.length, 'change')}, ${count(samples.filter((one) => one.paidIn).length, 'top-up')}.`}
        onPointerMove={(event) => setPointed(timeAt(event))}
        onPointerLeave={() => setPointed(null)}
        onClick={(event) => dispatch({ type: 'travelTo', at: timeAt(event) })}
      >
        {width > 0 && <Plot {...{ samples, scale, width, from, until, pointed }} />}
      </div>
      <figcaption>
        <Reading sample={pointed === null ? null : sampleAt(samples, pointed)} at={pointed} />
        {spans.length > 1 && (
          <span class="kinds spans" role="group" aria-label="Time that is shown">
            {spans.map(({ name, ms }) => (
              <button key={name} type="button" aria-pressed={span === ms} onClick={() => setSpan(ms)}>
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
      <span class="key available">{sample.available.toFixed(4)} OG</span>
      <span class="key required">{sample.required.toFixed(4)}</span>
      {sample.pending > 0 && <span>{sample.pending.toFixed(4)} pending</span>}
    </>
  )
}

type Scale = { x: (at: number) => number; y: (og: number) => number; timeAt: (x: number) => number; top: number }
type PlotProps = {
  samples: readonly Sample[]
  scale: Scale
  width: number
  from: number
  until: number
  pointed: number | null
}

function Plot({ samples, scale: { x, y, top }, width, from, until, pointed }: PlotProps): VNode {
  const [left, right, ground] = [EDGE.left, width - EDGE.right, y(0)]
  const line = stepPath(
    samples.map(({ at, available }) => ({ x: x(at), y: y(available) })),
    right,
  )
  const required = stepPath(
    samples.map((one) => ({ x: x(one.at), y: y(one.required) })),
    right,
  )
  const here = pointed === null ? null : sampleAt(samples, pointed)
  const first = samples[0] ? x(samples[0].at) : left
  return (
    <svg width={width} height={HEIGHT} aria-hidden="true">
      {roundTicks(top, 3).map((og) => (
        <g key={og} class="tick">
          <line x1={left} x2={right} y1={y(og)} y2={y(og)} />
          <text x={left - 8} y={y(og)} class="og">
            {og}
          </text>
        </g>
      ))}
      {timeTicks(from, until, (right - left) / 84).map(({ at, text }) => (
        <g key={at} class="tick">
          <line x1={x(at)} x2={x(at)} y1={ground} y2={ground + 4} />
          <text x={Math.min(x(at), right - 14)} y={ground + 14}>
            {text}
          </text>
        </g>
      ))}
      {line !== '' && <path class="area" d={`${line}V${ground}H${first}Z`} />}
      {required !== '' && <path class="required" d={required} />}
      {line !== '' && <path class="line" d={line} />}
      {samples.map(
        ({ at, available, paidIn }) =>
          paidIn && at >= from && <circle key={at} class="paid" cx={x(at)} cy={y(available)} r={3} />,
      )}
      {here && pointed !== null && (
        <g class="pointed">
          <line x1={x(pointed)} x2={x(pointed)} y1={EDGE.top} y2={ground} />
          <circle cx={x(pointed)} cy={y(here.available)} r={3.5} />
        </g>
      )}
    </svg>
  )
}

function scaleOf(
  width: number,
  { from, until, samples }: { from: number; until: number; samples: readonly Sample[] },
): Scale {
  const room = Math.max(1, width - EDGE.left - EDGE.right)
  const span = Math.max(1, until - from)
  const peaks = samples.map(({ available, required }) => Math.max(available, required))
  const most = Math.max(...(peaks.length === 0 ? [1] : peaks), 1e-9)
  const top = most * 1.08
  const ground = HEIGHT - EDGE.bottom
  return {
    top,
    x: (at) => EDGE.left + Math.min(Math.max((at - from) / span, 0), 1) * room,
    y: (og) => ground - (og / top) * (ground - EDGE.top),
    timeAt: (x) => from + Math.min(Math.max((x - EDGE.left) / room, 0), 1) * span,
  }
}

const sampleAt = (samples: readonly Sample[], at: number): Sample | null =>
  samples.findLast((one) => one.at <= at) ?? samples[0] ?? null

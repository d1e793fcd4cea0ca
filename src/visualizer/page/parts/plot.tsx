import type { VNode } from 'preact'
import { roundTicks, timeTicks } from '../format/scales.ts'
import { stepPath } from '../format/steps.ts'
import type { Sample } from '../store/samples.ts'

const HEIGHT = 176
const EDGE = { left: 40, right: 10, top: 10, bottom: 22 }

export type Scale = { x: (at: number) => number; y: (og: number) => number; timeAt: (x: number) => number; top: number }
export type PlotProps = {
  samples: readonly Sample[]
  scale: Scale
  width: number
  from: number
  until: number
  pointed: number | null
  /** Where a person began to drag; null where nothing is dragged. */
  grabbed: number | null
}

/** The drawing of a balance over time. */
export function Plot({ samples, scale: { x, y, top }, width, from, until, pointed, grabbed }: PlotProps): VNode {
  const [left, right, ground] = [EDGE.left, width - EDGE.right, y(0)]
  const line = stepPath(
    samples.map(({ at, available }) => ({ x: x(at), y: y(available) })),
    right,
  )
  const required = stepPath(
    samples.map((one) => ({ x: x(one.at), y: y(one.required) })),
    right,
  )
  const here = pointed === null || pointed < from || pointed > until ? null : sampleAt(samples, pointed)
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
      {grabbed !== null && pointed !== null && (
        <rect
          class="grabbed"
          x={Math.min(grabbed, x(pointed))}
          width={Math.abs(x(pointed) - grabbed)}
          y={EDGE.top}
          height={ground - EDGE.top}
        />
      )}
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

export function scaleOf(
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

/** The sample that holds at a moment. */
export const sampleAt = (samples: readonly Sample[], at: number): Sample | null =>
  samples.findLast((one) => one.at <= at) ?? samples[0] ?? null

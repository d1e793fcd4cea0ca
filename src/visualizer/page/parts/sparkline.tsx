import type { VNode } from 'preact'
import { forDrawing, inDrawing, type Wei } from '../format/amounts.ts'
import { stepPath } from '../format/steps.ts'
import type { Sample } from '../store/samples.ts'
import { pointAt, usePointed } from './pointer.ts'

const WIDTH = 92
const HEIGHT = 30
const PAD = 3

export type SparklineProps = { samples: readonly Sample[]; from: number; to: number; required: Wei }

/**
 * The available balance over time: each top-up is a dot, the required balance a dashed line. At the crosshair, which all
 * drawings share, it shows the value.
 */
export function Sparkline({ samples, from, to, required }: SparklineProps): VNode {
  const pointed = usePointed()
  const least = forDrawing(required)
  const visible = samples.filter(
    ({ at }, index) => at <= to && (at >= from || (samples[index + 1]?.at ?? Infinity) > from),
  )
  const top = Math.max(least, ...visible.map(({ available }) => available), 1e-9)
  const x = (at: number) => Math.min(Math.max((at - from) / Math.max(to - from, 1), 0), 1) * WIDTH
  const y = (og: number) => HEIGHT - PAD - (og / top) * (HEIGHT - 2 * PAD)
  const line = stepPath(
    visible.map(({ at, available }) => ({ x: x(at), y: y(available) })),
    WIDTH,
  )
  const paid = visible.filter((one) => one.paidIn && one.at >= from)
  const here = pointed === null || pointed < from || pointed > to ? null : visible.findLast(({ at }) => at <= pointed)
  return (
    <svg
      class="sparkline"
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      onPointerMove={({ offsetX }) => pointAt(from + (offsetX / WIDTH) * (to - from))}
      onPointerLeave={() => pointAt(null)}
    >
      <line class="required" x1={0} x2={WIDTH} y1={y(least)} y2={y(least)} />
      {line !== '' && <path class="line" d={line} />}
      {paid.map(({ at, available }) => (
        <circle key={at} class="paid" cx={Math.max(2, x(at))} cy={y(available)} r={paid.length > 10 ? 1.3 : 2} />
      ))}
      {here && pointed !== null && <Here x={x(pointed)} y={y(here.available)} text={inDrawing(here.available)} />}
    </svg>
  )
}

/** The crosshair with its value, on the side where there is room. */
function Here({ x, y, text }: { x: number; y: number; text: string }): VNode {
  const isLeft = x > WIDTH / 2
  return (
    <g class="pointed">
      <line x1={x} x2={x} y1={0} y2={HEIGHT} />
      <circle cx={x} cy={y} r={2.5} />
      <text x={isLeft ? x - 5 : x + 5} y={HEIGHT / 2} text-anchor={isLeft ? 'end' : 'start'}>
        {text}
      </text>
    </g>
  )
}

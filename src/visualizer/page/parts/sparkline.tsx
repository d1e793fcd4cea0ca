import type { VNode } from 'preact'
import { forDrawing, type Wei } from '../format/amounts.ts'
import { stepPath } from '../format/steps.ts'
import type { Sample } from '../store/samples.ts'

const WIDTH = 92
const HEIGHT = 26
const PAD = 3

export type SparklineProps = { samples: readonly Sample[]; from: number; to: number; required: Wei }

/** The available balance over time: each top-up is a dot, the required balance a dashed line. */
export function Sparkline({ samples, from, to, required }: SparklineProps): VNode {
  const least = forDrawing(required)
  const visible = samples.filter(({ at }, index) => at >= from || (samples[index + 1]?.at ?? Infinity) > from)
  const top = Math.max(least, ...visible.map(({ available }) => available), 1e-9)
  const x = (at: number) => Math.min(Math.max((at - from) / Math.max(to - from, 1), 0), 1) * WIDTH
  const y = (og: number) => HEIGHT - PAD - (og / top) * (HEIGHT - 2 * PAD)
  const line = stepPath(
    visible.map(({ at, available }) => ({ x: x(at), y: y(available) })),
    WIDTH,
  )
  const paid = visible.filter((one) => one.paidIn && one.at >= from)
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line class="required" x1={0} x2={WIDTH} y1={y(least)} y2={y(least)} />
      {line !== '' && <path class="line" d={line} />}
      {paid.map(({ at, available }) => (
        <circle key={at} class="paid" cx={Math.max(2, x(at))} cy={y(available)} r={paid.length > 10 ? 1.3 : 2} />
      ))}
    </svg>
  )
}

import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { SubAccountState } from '../../protocol.ts'
import { forDrawing, inOg } from '../format/amounts.ts'
import { titleOf } from '../format/accounts.ts'
import { count } from '../format/words.ts'
import { standingOf } from '../store/standing.ts'
import { rowsOf, everything } from '../store/rows.ts'
import { usePage } from './page.ts'
import { useWidth } from './width.ts'

const HEIGHT = 190
/** Room above the bars for moving amounts. */
const TOP = 26
const FOOTS = { named: 34, numbered: 20, bare: 4 }
const WIDEST = 56
/** Narrower columns have no text below. */
const NUMBERED = 44
const NAMED = 76
const LETTER = 6.8

/** All sub-accounts as columns. The list shows the same in words. */
export function Skyline(): VNode {
  const { view, selected, select } = usePage()
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const all = rowsOf(view.state, everything, { key: 'name', down: false })
  const top = Math.max(...all.map(heightOf), 1e-9) * 1.06
  const pitch = all.length === 0 ? 0 : Math.min(width / all.length, WIDEST * 2.2)
  const bar = Math.max(2, Math.min(WIDEST, pitch * (pitch < 12 ? 0.78 : 0.56)))
  const foot = pitch >= NAMED ? FOOTS.named : pitch >= NUMBERED ? FOOTS.numbered : FOOTS.bare
  const y = (og: number) => HEIGHT - foot - (og / top) * (HEIGHT - foot - TOP)
  return (
    <div class="skyline" ref={box}>
      {all.length === 0 && <p class="nothing">No sub-accounts yet. A transfer to a provider opens one.</p>}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${count(all.length, 'sub-account')}; the list below says the same in words.`}
      >
        <line class="ground" x1={0} x2={width} y1={HEIGHT - foot + 0.5} y2={HEIGHT - foot + 0.5} />
        {all.map((one, index) => (
          <Column
            key={one.key}
            account={one}
            x={index * pitch + pitch / 2}
            {...{ bar, pitch, y }}
            isSelected={selected === one.key}
            choose={() => select(selected === one.key ? null : one.key)}
          />
        ))}
      </svg>
    </div>
  )
}

type ColumnProps = {
  account: SubAccountState
  x: number
  bar: number
  pitch: number
  y: (og: number) => number
  isSelected: boolean
  choose: () => void
}

function Column({ account: one, x, bar, pitch, y, isSelected, choose }: ColumnProps): VNode {
  const available = Math.max(0, forDrawing(one.account?.available ?? '0'))
  const pending = forDrawing(one.account?.pendingRefund ?? '0')
  const [required, target] = [forDrawing(one.plan?.required ?? '0'), forDrawing(one.plan?.target ?? '0')]
  const [left, mark] = [x - bar / 2, Math.min(bar / 2 + 4, pitch / 2)]
  const round = Math.min(3, bar / 3)
  return (
    <g class={isSelected ? 'column selected' : 'column'} data-tone={standingOf(one).tone} onClick={choose}>
      <title>{wordsOf(one)}</title>
      <rect class="ground" x={x - pitch / 2} width={pitch} y={0} height={HEIGHT} />
      <rect
        class="track"
        data-anchor={one.key}
        x={left}
        width={bar}
        y={y(Math.max(required, target, available))}
        height={y(0) - y(Math.max(required, target, available))}
        rx={round}
      />
      <rect class="available" x={left} width={bar} y={y(available)} height={y(0) - y(available)} rx={round} />
      {pending > 0 && (
        <rect
          class="pending"
          x={left + 0.75}
          width={bar - 1.5}
          y={y(available + pending)}
          height={y(0) - y(pending)}
          rx={round}
        />
      )}
      {target > required && <line class="target" x1={x - mark} x2={x + mark} y1={y(target)} y2={y(target)} />}
      <line class="required" x1={x - mark} x2={x + mark} y1={y(required)} y2={y(required)} />
      {pitch >= NUMBERED && (
        <text class="number" x={x} y={y(0) + 14}>
          {inOg(one.account?.available ?? '0')}
        </text>
      )}
      {pitch >= NAMED && (
        <text x={x} y={y(0) + 28}>
          {cutTo(titleOf(one), Math.floor(pitch / LETTER))}
        </text>
      )}
    </g>
  )
}

const cutTo = (text: string, letters: number): string =>
  text.length <= letters ? text : `${text.slice(0, letters - 1)}…`

const heightOf = ({ account, plan }: SubAccountState): number =>
  Math.max(forDrawing(account?.balance ?? '0'), forDrawing(plan?.target ?? '0'), forDrawing(plan?.required ?? '0'))

function wordsOf(one: SubAccountState): string {
  const pending = one.account?.pendingRefund ?? '0'
  return [
    `${titleOf(one)} (${one.serviceType})`,
    standingOf(one).word,
    `${inOg(one.account?.available ?? '0')} OG available`,
    one.plan && `${inOg(one.plan.required)} OG required`,
    pending !== '0' && `${inOg(pending)} OG refund pending`,
  ]
    .filter(Boolean)
    .join('\n')
}

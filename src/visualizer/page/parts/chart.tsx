import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Chart as ChartData, ChartEdge, ChartNode } from '../../protocol.ts'
import { edgeInWords, stateInWords } from '../../chart-words.ts'
import { toneOfState, type Tone } from '../format/tones.ts'
import { arrowHead, roundedPath } from '../format/paths.ts'
import { count } from '../format/words.ts'
import type { Move } from '../store/moments.ts'
import { isWithin } from '../store/rows.ts'

export type ChartProps = {
  chart: ChartData
  /** The number of actors in each state; null where the chart shows one actor. */
  counts: ReadonlyMap<string, number> | null
  /** The state of that actor; null where it is unknown. */
  present: string | null
  moves: readonly Move[]
  /** The edges that any actor took so far; the others are dimmed. */
  travelled: ReadonlySet<string>
  /** Shows the names of states and events instead of words. */
  withNames: boolean
  /** Tones that differ from those of the states, by path. */
  tones: ReadonlyMap<string, Tone>
  /** CSS pixels for each of the drawing's. */
  scale: number
  chosen: string | null
  choose: ((path: string) => void) | null
}

/** A statechart: outer states, then edges, then inner states. */
export function Chart(props: ChartProps): VNode {
  const { chart, counts, present, moves, travelled, withNames, tones, scale, chosen, choose } = props
  const edges = useMemo(
    () =>
      chart.edges.map((edge) => (
        <Edge key={edge.id} edge={edge} withNames={withNames} isDim={edge.event !== '' && !travelled.has(edge.id)} />
      )),
    [chart, withNames, travelled],
  )
  const outer = chart.nodes.filter(({ kind }) => kind === 'compound')
  const inner = chart.nodes.filter(({ kind }) => kind === 'state' || kind === 'final')
  const node = (one: ChartNode) => (
    <State
      key={one.id}
      node={one}
      text={withNames ? one.label : stateInWords(one)}
      tone={tones.get(one.path) ?? toneOfState(chart.id, one.path)}
      many={counts?.get(one.path) ?? null}
      isPresent={counts ? counts.has(one.path) : present !== null && isWithin(present, one.path)}
      isChosen={chosen === one.path}
      choose={choose}
    />
  )
  return (
    <svg
      class={`chart${choose ? ' choosing' : ''}`}
      viewBox={`0 0 ${chart.width} ${chart.height}`}
      width={chart.width * scale}
      height={chart.height * scale}
      role="group"
      aria-label={`Statechart of ${chart.title}. ${inWords(chart, counts, present)}`}
    >
      {outer.map(node)}
      <g class="edges">{edges}</g>
      {moves.map(({ edge: id, seq }) => {
        const edge = chart.edges.find((one) => one.id === id)
        return (
          edge && <Edge key={`${id} ${seq}`} edge={edge} withNames={withNames} lit={counts ? 'fading' : 'staying'} />
        )
      })}
      {chart.nodes.map(
        ({ id, kind, x, y, width }) =>
          kind === 'start' && <circle key={id} class="start" cx={x + width / 2} cy={y + width / 2} r={width / 2} />,
      )}
      {inner.map(node)}
    </svg>
  )
}

type EdgeProps = { edge: ChartEdge; withNames: boolean; lit?: 'fading' | 'staying'; isDim?: boolean }

function Edge({ edge, withNames, lit, isDim = false }: EdgeProps): VNode {
  const { points, labelAt, label } = edge
  return (
    <g class={lit ? `edge lit ${lit}` : isDim ? 'edge dimmed' : 'edge'} data-edge={edge.id}>
      <title>{label}</title>
      <path class="line" d={roundedPath(points)} />
      <path class="head" d={arrowHead(points)} />
      {labelAt && (
        <text x={labelAt.x + labelAt.width / 2} y={labelAt.y + labelAt.height / 2}>
          {withNames ? label : edgeInWords(label)}
        </text>
      )}
    </g>
  )
}

type StateProps = {
  text: string
  tone: Tone
  node: ChartNode
  many: number | null
  isPresent: boolean
  isChosen: boolean
  choose: ChartProps['choose']
}

function State({ text, tone, node, many, isPresent, isChosen, choose }: StateProps): VNode {
  const { path, label, kind, x, y, width, height } = node
  const isOuter = kind === 'compound'
  const choosing = choose && {
    role: 'button' as const,
    tabindex: 0,
    'aria-pressed': isChosen,
    onClick: () => choose(path),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      choose(path)
    },
  }
  const words = [text, isPresent && many === null && 'the present state', many !== null && `${many} here`]
  return (
    <g
      class={`state-box ${kind}${isPresent ? ' present' : ''}${isChosen ? ' chosen' : ''}`}
      data-tone={tone}
      data-path={path}
      aria-label={`${words.filter(Boolean).join(', ')}${choose ? '. Filter the list by it.' : ''}`}
      {...choosing}
    >
      <title>{label}</title>
      <rect x={x} y={y} width={width} height={height} rx={isOuter ? 10 : 8} />
      {kind === 'final' && <rect class="inset" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} />}
      {isOuter ? (
        <text x={x + 12} y={y + 17} class="title">
          {text}
        </text>
      ) : (
        <text x={x + width / 2} y={y + height / 2}>
          {text}
        </text>
      )}
      {many !== null && <Badge x={x + width - 4} y={y + 2} many={many} />}
    </g>
  )
}

function Badge({ x, y, many }: { x: number; y: number; many: number }): VNode {
  const text = String(many)
  const width = Math.max(18, text.length * 7 + 9)
  return (
    <g class="badge" aria-hidden="true">
      <rect x={x - width / 2} y={y - 9} width={width} height={18} rx={9} />
      <text x={x} y={y}>
        {text}
      </text>
    </g>
  )
}

function inWords(chart: ChartData, counts: ChartProps['counts'], present: string | null): string {
  if (!counts) return present === null ? 'Its state is unknown.' : `It is in ${present}.`
  const inner = chart.nodes.filter(({ kind, path }) => kind !== 'compound' && kind !== 'start' && counts.has(path))
  return `${count(inner.length, 'state')} in use: ${inner.map(({ path }) => `${counts.get(path)} in ${path}`).join(', ')}.`
}

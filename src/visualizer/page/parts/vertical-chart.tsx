import type { VNode } from 'preact'
import type { ChartEdge, ChartNode } from '../../protocol.ts'
import { edgeInWords, stateInWords } from '../../chart-words.ts'
import { toneOfState } from '../format/tones.ts'
import { isWithin } from '../store/rows.ts'
import type { ChartProps } from './chart.tsx'

/** A statechart for a narrow window: its states below one another, each with the edges that lead on from it. */
export function VerticalChart({ chart, ...props }: Omit<ChartProps, 'scale'>): VNode {
  const states = chart.nodes.filter(({ kind }) => kind !== 'start')
  return (
    <ol class="vertical" aria-label={`Statechart of ${chart.title}`}>
      {states.map((node) => (
        <State key={node.id} chart={chart} node={node} {...props} />
      ))}
    </ol>
  )
}

function State({ chart, node, ...props }: Omit<ChartProps, 'scale'> & { node: ChartNode }): VNode {
  const { counts, present, moves, travelled, withNames, tones, chosen, choose } = props
  const many = counts?.get(node.path) ?? null
  const isPresent = counts ? many !== null : present !== null && isWithin(present, node.path)
  const ways = chart.edges.filter(({ source, event }) => source === node.id && event !== '')
  const taken = ways.filter(({ id }) => travelled.has(id))
  const rest = ways.filter(({ id }) => !travelled.has(id))
  const way = (edge: ChartEdge) => (
    <li key={edge.id} class={moves.some((one) => one.edge === edge.id) ? 'lit' : ''} title={edge.label}>
      {withNames ? edge.label : edgeInWords(edge.label)} → {nameOf(chart, edge.target, withNames)}
    </li>
  )
  return (
    <li class={`state-box ${isPresent ? 'present' : ''} ${node.parent === null ? '' : 'inner'}`} data-path={node.path}>
      <button
        type="button"
        data-tone={tones.get(node.path) ?? toneOfState(chart.id, node.path)}
        aria-pressed={chosen === node.path}
        disabled={choose === null}
        onClick={() => choose?.(node.path)}
      >
        {withNames ? node.label : stateInWords(node)}
        {many !== null && <span class="many">{many}</span>}
      </button>
      {taken.length > 0 && <ul>{taken.map(way)}</ul>}
      {rest.length > 0 && (
        <details>
          <summary>{rest.length === 1 ? 'one way not taken yet' : `${rest.length} ways not taken yet`}</summary>
          <ul>{rest.map(way)}</ul>
        </details>
      )}
    </li>
  )
}

function nameOf(chart: ChartProps['chart'], id: string, withNames: boolean): string {
  const node = chart.nodes.find((one) => one.id === id)
  return node ? (withNames ? node.label : stateInWords(node)) : id
}

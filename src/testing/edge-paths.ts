import type { AnyStateMachine, StateValue } from 'xstate'
import { edgeName, isEdge } from './edge-name.ts'
import type { EdgePath, EdgePathsOptions, EdgeStep } from './edge-paths.types.ts'
import { createWalked, type Move } from './walked-actor.ts'
import { textOf } from './walked-tree.ts'

/** A chart with more states than these, or one further from the start, tells them apart by what never repeats. */
const MOST_STATES = 10_000
const MOST_STEPS = 250

/**
 * One path for each edge of a chart that can be reached. They are found by trying every event in every state, on actors
 * of which nothing is real: promises, callbacks and observables are stood in for, no time passes, and functions among
 * the actions do not run (`assign`, `sendTo`, `raise`, `spawn` and the like do). Embedded machines are themselves: how
 * what they invoke may end is tried too, they hear what is sent to them, and they end or fail only as they do by
 * themselves. What the path says comes to pass when it is walked: see {@link walk}.
 *
 * States are told apart by their value, and by those of embedded machines: where a guard decides by the context, name
 * that in `distinguish`. What is not reached has no path: see {@link missingEdges}.
 *
 * @example
 * test.for(edgePaths(machine, { events }))('$title', async (path) => {
 *   expect((await walk(machine, path)).getSnapshot().value).toEqual(path.to)
 * })
 *
 * @throws Error when the machine fails at its start, or when an event makes it fail
 */
export function edgePaths<Machine extends AnyStateMachine>(
  machine: Machine,
  options: EdgePathsOptions<Machine>,
): EdgePath<Machine>[] {
  const { input, events, outputs = {}, distinguish } = options
  const known = new Set<string>([keyOf(rehearse([]))])
  const ways: (readonly EdgeStep[])[] = [[]]
  const paths = new Map<string, EdgePath<Machine>>()
  for (const way of ways) for (const move of movesAfter(way)) take(way, move)
  return [...paths.values()]

  function take(way: readonly EdgeStep[], move: Move): void {
    const walked = rehearse(way)
    const before = walked.taken.length
    const from: StateValue = walked.snapshot().value
    walked.take(move)
    const { value: to, status, error } = walked.snapshot()
    const title = titleOf(move, { from, to })
    if (status === 'error') {
      // Nobody hears of this rejection: the machine ends, along no edge.
      if (error === move.event.error) return
      throw new Error(`${titleOf(move, { from })} fails: ${messageOf(error)}`, { cause: error })
    }
    const steps = [...way, { ...move, to }]
    const key = keyOf(walked)
    if (!known.has(key)) {
      if (known.size >= MOST_STATES || steps.length > MOST_STEPS)
        throw new Error(`The states have no end after ${title}: let \`distinguish\` return what repeats.`)
      known.add(key)
      ways.push(steps)
    }
    const taken = walked.taken.slice(before)
    const edge = [title, ...taken.map(edgeName)].join()
    if (!taken.some(isEdge) || paths.has(edge)) return
    const edges = [...new Set(walked.taken.map(edgeName))]
    paths.set(edge, { title, from, to, steps, edges, ...(input !== undefined && { input }) })
  }

  function movesAfter(way: readonly EdgeStep[]): Move[] {
    const walked = rehearse(way)
    const snapshot = walked.snapshot()
    if (snapshot.status !== 'active') return []
    const heard = events.filter((event) => machine.getTransitionData(snapshot, event).length > 0)
    return [...heard.map((event) => ({ event })), ...walked.waiting(outputs)]
  }

  function rehearse(way: readonly EdgeStep[]) {
    const walked = createWalked(machine, { input, quiet: true })
    for (const step of way) walked.take(step)
    const { status, error } = walked.snapshot()
    if (status === 'error') throw new Error(`The machine fails at its start: ${messageOf(error)}`, { cause: error })
    return walked
  }

  function keyOf(walked: ReturnType<typeof rehearse>): string {
    const apart = distinguish?.(walked.actor.getSnapshot())
    return JSON.stringify([walked.state(), apart], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    )
  }
}

function titleOf({ event, heardBy = [] }: Move, { from, to }: { from: StateValue; to?: StateValue }): string {
  const edge = `${textOf(from)}: ${[...heardBy, event.type].join(' ')}`
  return to === undefined ? edge : `${edge} → ${textOf(to)}`
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

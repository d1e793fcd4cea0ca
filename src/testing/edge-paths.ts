import type { AnyStateMachine, StateValue } from 'xstate'
import { edgeName, isEdge } from './edge-name.ts'
import type { EdgePath, EdgePathsOptions, EdgeStep } from './edge-paths.types.ts'
import { checkNames } from './checks.ts'
import { createPathActor, type Move, type PathActor } from './path-actor.ts'
import { textOf } from './actor-tree.ts'

/** A search with more states or longer paths than these does not end: its key holds a value that never repeats. */
const MOST_STATES = 10_000
const MOST_STEPS = 250

/**
 * Finds one path for each reachable edge of a chart. The search tries every event in every state, on actors with stubs:
 * promises, callbacks and observables are replaced, no time passes, and functions among the actions do not run (`assign`,
 * `sendTo`, `raise`, `spawn` and the like do). Embedded machines are real: the search also tries the outcomes of what they
 * invoke, they receive events, and they end or fail only by themselves. {@link walk} walks a path on a real actor.
 *
 * The search distinguishes states by their value and by the values of embedded machines. Where a guard decides by the context,
 * return that part of the context from `distinguish`. {@link missingEdges} lists the edges without a path.
 *
 * @example
 * test.for(edgePaths(machine, { events }))('$title', async (path) => {
 *   expect((await walk(machine, path)).getSnapshot().value).toEqual(path.to)
 * })
 *
 * @throws Error when the machine fails at its start or by an event
 */
export function edgePaths<Machine extends AnyStateMachine>(
  machine: Machine,
  options: EdgePathsOptions<Machine>,
): EdgePath<Machine>[] {
  checkNames('edgePaths', options, { input: true, events: true, outputs: true, distinguish: true })
  const { input, events, outputs = {}, distinguish } = options
  const known = new Set<string>([keyOf(rehearse([]))])
  const routes: (readonly EdgeStep[])[] = [[]]
  const paths = new Map<string, EdgePath<Machine>>()
  for (const route of routes) for (const move of movesAfter(route)) take(route, move)
  return [...paths.values()]

  function take(route: readonly EdgeStep[], move: Move): void {
    const actor = rehearse(route)
    const before = actor.transitions.length
    const from: StateValue = actor.snapshot().value
    actor.take(move)
    const { value: to, status, error } = actor.snapshot()
    const title = titleOf(move, { from, to })
    if (status === 'error') {
      // The chart does not handle this rejection: the machine ends without taking an edge.
      if (error === move.event.error) return
      throw new Error(`${titleOf(move, { from })} fails: ${messageOf(error)}`, { cause: error })
    }
    const steps = [...route, { ...move, to }]
    const key = keyOf(actor)
    if (!known.has(key)) {
      if (known.size >= MOST_STATES || steps.length > MOST_STEPS)
        throw new Error(`The states have no end after ${title}: let \`distinguish\` return a value that repeats.`)
      known.add(key)
      routes.push(steps)
    }
    const taken = actor.transitions.slice(before)
    const edge = [title, ...taken.map(edgeName)].join()
    if (!taken.some(isEdge) || paths.has(edge)) return
    const edges = [...new Set(actor.transitions.map(edgeName))]
    paths.set(edge, { title, from, to, steps, edges, ...(input !== undefined && { input }) })
  }

  function movesAfter(route: readonly EdgeStep[]): Move[] {
    const actor = rehearse(route)
    const snapshot = actor.snapshot()
    if (snapshot.status !== 'active') return []
    const handled = events.filter((event) => machine.getTransitionData(snapshot, event).length > 0)
    return [...handled.map((event) => ({ event })), ...actor.pending(outputs)]
  }

  function rehearse(route: readonly EdgeStep[]): PathActor<Machine> {
    const actor = createPathActor(machine, { input, quiet: true })
    for (const step of route) actor.take(step)
    const { status, error } = actor.snapshot()
    if (status === 'error') throw new Error(`The machine fails at its start: ${messageOf(error)}`, { cause: error })
    return actor
  }

  function keyOf(actor: PathActor<Machine>): string {
    const part = distinguish?.(actor.ref.getSnapshot())
    return JSON.stringify([actor.state(), part], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    )
  }
}

function titleOf({ event, heardBy = [] }: Move, { from, to }: { from: StateValue; to?: StateValue }): string {
  const edge = `${textOf(from)}: ${[...heardBy, event.type].join(' ')}`
  return to === undefined ? edge : `${edge} → ${textOf(to)}`
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

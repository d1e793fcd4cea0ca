import type { Actor, AnyStateMachine, InputFrom } from 'xstate'
import type { Inspect } from '../base/inspection.ts'
import type { EdgePath } from './edge-paths.types.ts'
import { textOf } from './actor-tree.ts'
import { checkNames } from './checks.ts'
import { createPathActor } from './path-actor.ts'

export type WalkOptions<Machine extends AnyStateMachine = AnyStateMachine> = {
  /** The machine's input, instead of the path's. */
  input?: InputFrom<Machine>
  inspect?: Inspect
}

/**
 * Walks a path on a real actor, with its actions. Only the steps of the path happen:
 *
 * - Promises, callbacks and observables that the actor invokes or spawns, inline ones too, do not run. A stub replaces each: it
 *   ends when the path says so and ignores events. An event that a callback would send is like any other: send it.
 * - Machines and reducers (`fromTransition`) that it invokes or spawns are real; the same rules hold inside them.
 * - No time passes: delayed events (`after`, `raise` and `sendTo` with a delay) come when the path says so, and no timer keeps
 *   the process alive.
 * - An action that is a function runs. Whatever it starts or sends by itself is outside of the path.
 *
 * @returns the actor, which still runs under these rules: send it events to go on
 * @throws Error when a step leads to another state than the path says, or when the actor fails (with its error as `cause`)
 *
 * @example
 * for (const path of edgePaths(machine, { events })) await walk(machine, path)
 */
export async function walk<Machine extends AnyStateMachine>(
  machine: Machine,
  path: Pick<EdgePath<Machine>, 'steps' | 'input'>,
  options: WalkOptions<Machine> = {},
): Promise<Actor<Machine>> {
  checkNames('walk', options, { input: true, inspect: true })
  const { input = path.input, inspect } = options
  const walker = createPathActor(machine, { input, inspect, quiet: false })
  try {
    throwIfFailed('The start')
    for (const step of path.steps) {
      walker.take(step)
      throwIfFailed(step.event.type)
      const { value } = walker.snapshot()
      if (textOf(value) !== textOf(step.to))
        throw new Error(`${step.event.type} led to ${JSON.stringify(value)} instead of ${JSON.stringify(step.to)}`)
    }
  } catch (error) {
    walker.ref.stop()
    throw error
  }
  walker.release()
  return walker.ref

  function throwIfFailed(what: string): void {
    const { status, error }: Ended = walker.snapshot()
    if (status !== 'error') return
    throw new Error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

type Ended = { status: string; error: unknown }

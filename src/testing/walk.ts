import type { Actor, AnyStateMachine, InputFrom } from 'xstate'
import type { Inspect } from '../base/inspection.ts'
import type { EdgePath } from './edge-paths.types.ts'
import { createWalked } from './walked-actor.ts'
import { textOf } from './walked-tree.ts'

export type WalkOptions<Machine extends AnyStateMachine = AnyStateMachine> = {
  /** What the machine is created with, instead of what the path was found with. */
  input?: InputFrom<Machine>
  inspect?: Inspect
}

/**
 * Walks a path on a real actor, with its actions. Nothing happens to it but what the path says:
 *
 * - Promises, callbacks and observables that it invokes or spawns, inline ones too, do not run. Each is stood in for by
 *   an actor that ends when the path says so, and ignores what it is sent. What a callback sends back is an event like
 *   any other: send it.
 * - Machines and reducers (`fromTransition`) that it invokes or spawns are themselves; what is said of it goes for them.
 * - No time passes: what is delayed (`after`, `raise` and `sendTo` with a delay) comes when the path says so, and no
 *   timer keeps the process alive.
 * - What an action that is a function starts or sends by itself is out of reach: it is done, and no path knows of it.
 *
 * @returns the actor, still running in the same way: to let it go further, send it events
 * @throws Error when a step leads elsewhere than the path says, or when the actor fails: then with the error as `cause`
 */
export async function walk<Machine extends AnyStateMachine>(
  machine: Machine,
  path: Pick<EdgePath<Machine>, 'steps' | 'input'>,
  { input = path.input, inspect }: WalkOptions<Machine> = {},
): Promise<Actor<Machine>> {
  const walked = createWalked(machine, { input, inspect, quiet: false })
  try {
    failing('The start')
    for (const step of path.steps) {
      walked.take(step)
      failing(step.event.type)
      const { value } = walked.snapshot()
      if (textOf(value) !== textOf(step.to))
        throw new Error(`${step.event.type} led to ${JSON.stringify(value)} instead of ${JSON.stringify(step.to)}`)
    }
  } catch (error) {
    walked.actor.stop()
    throw error
  }
  walked.release()
  return walked.actor

  function failing(what: string): void {
    const { status, error }: Ended = walked.snapshot()
    if (status !== 'error') return
    throw new Error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

type Ended = { status: string; error: unknown }

import { createActor, fromPromise, type Actor, type AnyEventObject, type AnyStateMachine } from 'xstate'
import type { Inspect } from '../inspect.ts'
import type { EdgePath } from './edge-paths.ts'

export type WalkOptions = {
  /** What the machine is created with. */
  input?: unknown
  inspect?: Inspect
}

type Settle = { resolve(output: unknown): void; reject(error: unknown): void }

/**
 * Walks a path on a real actor. Whatever the machine invokes is a promise that ends when the path says so.
 *
 * @returns the actor, still running
 * @throws Error when a step leads elsewhere than the path says
 */
export async function walk(
  machine: AnyStateMachine,
  { steps }: Pick<EdgePath, 'steps'>,
  { input, inspect }: WalkOptions = {},
): Promise<Actor<AnyStateMachine>> {
  const invoked = createInvoked(machine)
  const actor = createActor(invoked.machine, { input, ...(inspect && { inspect }) }).start()
  for (const { event, to } of steps) {
    const end = invoked.endBy(event)
    if (end) {
      const heard = new Promise((resolve) => void actor.subscribe(resolve))
      end()
      await heard
    } else actor.send(event)
    const led = JSON.stringify(actor.getSnapshot().value)
    if (led !== JSON.stringify(to)) throw new Error(`${event.type} led to ${led} instead of ${JSON.stringify(to)}`)
  }
  return actor
}

/** The machine with actors that wait to be ended by hand. */
function createInvoked(machine: AnyStateMachine) {
  /** Those that wait, by id. */
  const waiting = new Map<string, Settle>()
  const waits = fromPromise(({ self }) => new Promise((resolve, reject) => waiting.set(self.id, { resolve, reject })))
  const names = Object.keys(machine.implementations.actors)
  return {
    machine: machine.provide({ actors: Object.fromEntries(names.map((name) => [name, waits])) }),
    /** What ends the actor that such an event comes from; null for an event that comes from outside. */
    endBy({ type, output, error }: AnyEventObject): (() => void) | null {
      const [, how, id = ''] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(type) ?? []
      const settle = waiting.get(id)
      if (!settle) return null
      return () => (how === 'done' ? settle.resolve(output) : settle.reject(error))
    },
  }
}

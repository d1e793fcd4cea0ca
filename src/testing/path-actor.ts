import {
  Actor,
  type AnyActorRef,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  type InputFrom,
} from 'xstate'
import type { Inspect } from '../base/inspection.ts'
import { isStub, settleStub, stubActor } from './actor-stub.ts'
import { childrenOf, isGenerated, machinesIn, stateOf } from './actor-tree.ts'

/** An event, and the embedded machine that receives it. */
export type Move = { event: AnyEventObject; heardBy?: readonly string[] }

/** The possible outcomes of each actor, by its name. */
export type AnyOutputs = Readonly<Record<string, readonly unknown[] | undefined>>

export type PathActorOptions<Machine extends AnyStateMachine> = {
  input: InputFrom<Machine> | undefined
  inspect?: Inspect | undefined
  /** Skips the functions among the actions. */
  quiet: boolean
}

/** The message of a rejection on a path. */
export const REJECTED = 'Rejected on the path to an edge.'

/** A clock that never fires: delayed events come when a path says so. */
const clock = { setTimeout: () => 0, clearTimeout: () => undefined }

export type PathActor<Machine extends AnyStateMachine> = {
  ref: Actor<Machine>
  /** The transitions that the machine itself has taken, in order. */
  transitions: readonly AnyTransitionDefinition[]
  snapshot(): AnyMachineSnapshot
  /** A key that is equal for states that the search need not distinguish. */
  state(): string
  /** The events that may come from inside: outcomes of stubs, and delayed events. */
  pending(outputs: AnyOutputs): Move[]
  take(move: Move): void
  /** Ends the handling of the actor's errors: from here on they are unhandled, as those of any actor. */
  release(): void
}

/** Starts an actor of a machine that only takes the steps of a path. */
export function createPathActor<Machine extends AnyStateMachine>(
  machine: Machine,
  { input, inspect, quiet }: PathActorOptions<Machine>,
): PathActor<Machine> {
  const transitions: AnyTransitionDefinition[] = []
  const actor = new Actor<Machine>(machine, {
    ...(input !== undefined && { input }),
    clock,
    inspect: (inspected) => {
      stubActor(inspected, { quiet })
      if (inspected.type === '@xstate.microstep' && inspected.actorRef.sessionId === inspected.rootId) record(inspected)
      if (typeof inspect === 'function') inspect(inspected)
      else inspect?.next?.(inspected)
    },
  })
  // The walker reports the error; unhandled, it would end the process.
  const errors = actor.subscribe({ error: () => undefined })
  actor.start()
  const snapshot = (): AnyMachineSnapshot => actor.getSnapshot()
  const scheduled = () => delayedIn(actor.system)
  const atStart = new Set(childrenOf(snapshot()).map(([name]) => name))

  return {
    ref: actor,
    transitions,
    snapshot,
    state: () => stateOf(actor, { named: atStart, scheduled: scheduled() }),
    pending(outputs) {
      return machinesIn(actor).flatMap(({ ref, snapshot, heardBy }) =>
        [
          ...childrenOf(snapshot).flatMap(([, child]) => outcomesOf(child, { parent: snapshot, outputs })),
          ...scheduled()
            .filter(({ target }) => target === ref)
            .map(({ event }) => event),
        ].map((event) => ({ event, ...(heardBy.length > 0 && { heardBy }) })),
      )
    },
    take({ event, heardBy = [] }) {
      const receiver = machinesIn(actor).find((one) => one.heardBy.join() === heardBy.join())
      if (!receiver) throw new Error(`There is no machine ${heardBy.join(' ')} to receive ${event.type}.`)
      const [, id = ''] = /^xstate\.(?:done\.actor|error\.actor|snapshot)\.(.+)$/.exec(event.type) ?? []
      const child = receiver.snapshot.children[id]
      if (child && isStub(child)) return settleStub(child, event)
      const delayed = scheduled().find(({ target, event: { type } }) => target === receiver.ref && type === event.type)
      if (delayed) actor.system.scheduler.cancel(delayed.source, delayed.id)
      receiver.ref.send(event)
    },
    release: () => errors.unsubscribe(),
  }

  function record({ _transitions: taken }: { _transitions: readonly AnyTransitionDefinition[] }): void {
    transitions.push(...taken)
  }
}

function delayedIn(system: AnyActorRef['system']) {
  const { _scheduledEvents: scheduled } = system.getSnapshot()
  return Object.values(scheduled)
}

function outcomesOf(
  child: AnyActorRef,
  { parent: { _nodes: states }, outputs }: { parent: AnyMachineSnapshot; outputs: AnyOutputs },
): AnyEventObject[] {
  if (!isStub(child) || child.getSnapshot().status !== 'active') return []
  const { id, src } = child
  // No event can name a child whose id XState generated.
  if (isGenerated(id)) return []
  const given = (typeof src === 'string' ? outputs[src] : null) ?? outputs[id]
  const isWatched = states.some(({ transitions }) => transitions.has(`xstate.snapshot.${id}`))
  return [
    ...(given ?? [undefined]).map((output) => ({ type: `xstate.done.actor.${id}`, output })),
    { type: `xstate.error.actor.${id}`, error: new Error(REJECTED) },
    // Only an observable has watched snapshots: these are its values.
    ...(isWatched ? (given ?? []) : []).map((context) => ({
      type: `xstate.snapshot.${id}`,
      snapshot: { status: 'active', output: undefined, error: undefined, context },
    })),
  ]
}

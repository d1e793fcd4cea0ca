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
import { show, standInFor, standsIn } from './stand-in.ts'
import { childrenOf, isMadeUp, machinesIn, stateOf } from './walked-tree.ts'

/** An event, and which machine inside hears it. */
export type Move = { event: AnyEventObject; heardBy?: readonly string[] }

/** By the name of an actor: what it may end with. */
export type AnyOutputs = Readonly<Record<string, readonly unknown[] | undefined>>

export type WalkedOptions<Machine extends AnyStateMachine> = {
  input: InputFrom<Machine> | undefined
  inspect?: Inspect | undefined
  /** Without the functions among the actions. */
  quiet: boolean
}

/** What an invoked actor rejects with on the paths. */
export const REJECTED = 'Rejected on the path to an edge.'

/** Delayed events come when a path says so. */
const clock = { setTimeout: () => 0, clearTimeout: () => undefined }

/** Starts an actor of a machine to which nothing happens but what a path says. */
export function createWalked<Machine extends AnyStateMachine>(
  machine: Machine,
  { input, inspect, quiet }: WalkedOptions<Machine>,
) {
  const taken: AnyTransitionDefinition[] = []
  const actor = new Actor<Machine>(machine, {
    ...(input !== undefined && { input }),
    clock,
    inspect: (inspected) => {
      standInFor(inspected, { quiet })
      if (inspected.type === '@xstate.microstep' && inspected.actorRef.sessionId === inspected.rootId) see(inspected)
      if (typeof inspect === 'function') inspect(inspected)
      else inspect?.next?.(inspected)
    },
  })
  // An error is told by whoever walks; left unheard, it would end the process.
  const errors = actor.subscribe({ error: () => undefined })
  actor.start()
  const snapshot = (): AnyMachineSnapshot => actor.getSnapshot()
  const scheduled = () => delayedIn(actor.system)
  const atStart = new Set(childrenOf(snapshot()).map(([name]) => name))

  return {
    actor,
    /** The transitions of the machine itself, in order. */
    taken,
    snapshot,
    /** The same text for states that a chart need not tell apart. */
    state: (): string => stateOf(actor, { named: atStart, scheduled: scheduled() }),
    /** What may happen without an event from outside: how whatever stands in may end, and what is delayed. */
    waiting(outputs: AnyOutputs): Move[] {
      return machinesIn(actor).flatMap(({ ref, snapshot, heardBy }) =>
        [
          ...childrenOf(snapshot).flatMap(([, child]) => endsOf(child, { parent: snapshot, outputs })),
          ...scheduled()
            .filter(({ target }) => target === ref)
            .map(({ event }) => event),
        ].map((event) => ({ event, ...(heardBy.length > 0 && { heardBy }) })),
      )
    },
    take({ event, heardBy = [] }: Move): void {
      const hearer = machinesIn(actor).find((one) => one.heardBy.join() === heardBy.join())
      if (!hearer) throw new Error(`No machine ${heardBy.join(' ')} is there to hear ${event.type}.`)
      const [, id = ''] = /^xstate\.(?:done\.actor|error\.actor|snapshot)\.(.+)$/.exec(event.type) ?? []
      const ending = hearer.snapshot.children[id]
      if (ending && standsIn(ending)) return show(ending, event)
      const delayed = scheduled().find(({ target, event: { type } }) => target === hearer.ref && type === event.type)
      if (delayed) actor.system.scheduler.cancel(delayed.source, delayed.id)
      hearer.ref.send(event)
    },
    /** From here on errors are unheard, as those of any actor. */
    release: () => errors.unsubscribe(),
  }

  function see({ _transitions: transitions }: { _transitions: readonly AnyTransitionDefinition[] }): void {
    taken.push(...transitions)
  }
}

function delayedIn(system: AnyActorRef['system']) {
  const { _scheduledEvents: scheduled } = system.getSnapshot()
  return Object.values(scheduled)
}

function endsOf(
  child: AnyActorRef,
  { parent: { _nodes: states }, outputs }: { parent: AnyMachineSnapshot; outputs: AnyOutputs },
): AnyEventObject[] {
  if (!standsIn(child) || child.getSnapshot().status !== 'active') return []
  const { id, src } = child
  // One that XState made up: nobody can name its end.
  if (isMadeUp(id)) return []
  const given = (typeof src === 'string' ? outputs[src] : null) ?? outputs[id]
  const isWatched = states.some(({ transitions }) => transitions.has(`xstate.snapshot.${id}`))
  return [
    ...(given ?? [undefined]).map((output) => ({ type: `xstate.done.actor.${id}`, output })),
    { type: `xstate.error.actor.${id}`, error: new Error(REJECTED) },
    // Of a promise nobody watches more than its end: these are the values of an observable.
    ...(isWatched ? (given ?? []) : []).map((context) => ({
      type: `xstate.snapshot.${id}`,
      snapshot: { status: 'active', output: undefined, error: undefined, context },
    })),
  ]
}

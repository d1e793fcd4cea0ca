import type {
  AnyActorLogic,
  AnyActorRef,
  AnyActorScope,
  AnyEventObject,
  AnyStateMachine,
  AnyStateNode,
  InspectionEvent,
  Snapshot,
} from 'xstate'
import { getStateNodes } from 'xstate/graph'

/**
 * Changes what an actor runs on before it begins, when XState tells an inspector of it: whatever may act on its own is
 * stood in for. Machines stay what they are, and so do reducers (`fromTransition`), which cannot act.
 */
export function standInFor(inspected: InspectionEvent, { quiet }: { quiet: boolean }): void {
  if (inspected.type !== '@xstate.actor' || !hasLogic(inspected.actorRef)) return
  const { logic } = inspected.actorRef
  if (isMachine(logic)) {
    const machine = whole(logic)
    inspected.actorRef.logic = quiet ? quietly(machine) : machine
  } else if (logic.start) inspected.actorRef.logic = standIn
}

export function standsIn(actor: AnyActorRef): boolean {
  return hasLogic(actor) && actor.logic === standIn
}

const SHOW = 'standIn.show'

/** Has a stand-in end, or show a value, as an event says that it did. */
export function show(actor: AnyActorRef, { type, output, error, snapshot }: AnyEventObject): void {
  if (type.startsWith('xstate.done.')) actor.send({ type: SHOW, shown: { status: 'done', output } })
  else if (type.startsWith('xstate.error.')) actor.send({ type: SHOW, shown: { status: 'error', error } })
  else actor.send({ type: SHOW, shown: snapshot })
}

/** Hears everything and does nothing, until it is told what to show. */
const standIn: AnyActorLogic = {
  getInitialSnapshot: (_, input: unknown) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: undefined,
    input,
  }),
  transition: (snapshot: object, event: AnyEventObject) => {
    if (event.type === SHOW) return { ...snapshot, ...event.shown }
    return event.type === 'xstate.stop' ? { ...snapshot, status: 'stopped' } : snapshot
  },
  getPersistedSnapshot: (snapshot: Snapshot<unknown>) => snapshot,
}

/** A machine with stand-ins for what it invokes by names that nobody has provided yet. */
function whole(machine: AnyStateMachine): AnyStateMachine {
  const known = wholes.get(machine)
  if (known) return known
  const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
  const missing = nodes
    .flatMap(({ invoke }) => invoke.map(({ src }) => src))
    .filter((src) => typeof src === 'string')
    .filter((src) => !src.startsWith('xstate.invoke.') && !(src in machine.implementations.actors))
  const made =
    missing.length > 0 ? machine.provide({ actors: Object.fromEntries(missing.map((src) => [src, standIn])) }) : machine
  wholes.set(machine, made)
  return made
}

const wholes = new WeakMap<AnyStateMachine, AnyStateMachine>()

/** A machine that does not run the functions among its actions; it assigns, sends, raises and spawns. */
function quietly(machine: AnyStateMachine): AnyActorLogic {
  return {
    getInitialSnapshot: (scope: AnyActorScope, input) => machine.getInitialSnapshot(silent(scope), input),
    transition: (snapshot, event, scope: AnyActorScope) => machine.transition(snapshot, event, silent(scope)),
    start: machine.start,
    getPersistedSnapshot: machine.getPersistedSnapshot,
  }
}

function silent(scope: AnyActorScope): AnyActorScope {
  return {
    ...scope,
    logger: () => undefined,
    actionExecutor: (action) => {
      if (action.type.startsWith('xstate.')) scope.actionExecutor(action)
    },
  }
}

function hasLogic(actor: object): actor is { logic: AnyActorLogic } {
  return 'logic' in actor
}

function isMachine(logic: AnyActorLogic): logic is AnyStateMachine {
  return 'provide' in logic && 'getStateNodeById' in logic
}

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
 * Replaces the logic of an actor before its start, when XState reports it to the inspector: a stub replaces every actor that can
 * act by itself. Machines and reducers (`fromTransition`) stay, because they only react.
 */
export function stubActor(inspected: InspectionEvent, { quiet }: { quiet: boolean }): void {
  if (inspected.type !== '@xstate.actor' || !hasLogic(inspected.actorRef)) return
  const { logic } = inspected.actorRef
  if (isMachine(logic)) {
    const machine = complete(logic)
    inspected.actorRef.logic = quiet ? withoutEffects(machine) : machine
  } else if (logic.start) inspected.actorRef.logic = stub
}

export function isStub(actor: AnyActorRef): boolean {
  return hasLogic(actor) && actor.logic === stub
}

const SETTLE = 'stub.settle'

/** Makes a stub end or emit a value, in the way that the event describes. */
export function settleStub(actor: AnyActorRef, { type, output, error, snapshot }: AnyEventObject): void {
  if (type.startsWith('xstate.done.')) actor.send({ type: SETTLE, outcome: { status: 'done', output } })
  else if (type.startsWith('xstate.error.')) actor.send({ type: SETTLE, outcome: { status: 'error', error } })
  else actor.send({ type: SETTLE, outcome: snapshot })
}

/** Ignores every event until settleStub() gives it an outcome. */
const stub: AnyActorLogic = {
  getInitialSnapshot: (_, input: unknown) => ({
    status: 'active',
    output: undefined,
    error: undefined,
    context: undefined,
    input,
  }),
  transition: (snapshot: object, event: AnyEventObject) => {
    if (event.type === SETTLE) return { ...snapshot, ...event.outcome }
    return event.type === 'xstate.stop' ? { ...snapshot, status: 'stopped' } : snapshot
  },
  getPersistedSnapshot: (snapshot: Snapshot<unknown>) => snapshot,
}

/** A machine with stubs for the invoked names that have no implementation. */
function complete(machine: AnyStateMachine): AnyStateMachine {
  const cached = completedMachines.get(machine)
  if (cached) return cached
  const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
  const missing = nodes
    .flatMap(({ invoke }) => invoke.map(({ src }) => src))
    .filter((src) => typeof src === 'string')
    .filter((src) => !src.startsWith('xstate.invoke.') && !(src in machine.implementations.actors))
  const completed =
    missing.length > 0 ? machine.provide({ actors: Object.fromEntries(missing.map((src) => [src, stub])) }) : machine
  completedMachines.set(machine, completed)
  return completed
}

const completedMachines = new WeakMap<AnyStateMachine, AnyStateMachine>()

/** A machine that skips the functions among its actions; `assign`, `sendTo`, `raise` and `spawn` run. */
function withoutEffects(machine: AnyStateMachine): AnyActorLogic {
  return {
    getInitialSnapshot: (scope: AnyActorScope, input) => machine.getInitialSnapshot(silentScope(scope), input),
    transition: (snapshot, event, scope: AnyActorScope) => machine.transition(snapshot, event, silentScope(scope)),
    start: machine.start,
    getPersistedSnapshot: machine.getPersistedSnapshot,
  }
}

function silentScope(scope: AnyActorScope): AnyActorScope {
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

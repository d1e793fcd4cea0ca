import { createActor, type ActorLogic, type ActorRef, type ActorScope, type EventObject, type Snapshot } from 'xstate'
import type { Inspected } from '../base/inspection.ts'
import { createCommonParts } from './common-parts.ts'

/**
 * An actor that is made once something looks at it. Until then it is the snapshot of its chart, moved by the chart's own pure
 * transitions: a fleet has thousands of charts without a subscriber, and an actor takes several times the memory of its snapshot.
 *
 * An event that only an actor can take makes it, too: one whose transition has effects, and one that fails. Where an inspector is
 * attached, the actor runs from the start.
 */
export type RestingActor<State extends Snapshot<unknown>, Event extends EventObject> = {
  getSnapshot(): State
  send(event: Event): void
  /** No actor runs: only `getSnapshot()` shows what an event did. */
  readonly isResting: boolean
  /** The running actor; a stopped one after `stop`. */
  readonly actor: ActorRef<State, Event>
  stop(): void
}

/** What the actors of one chart of a broker have in common. */
export type ActorTerms<State> = {
  inspected: Inspected
  /** Called before an actor starts. */
  prepare?(actor: { readonly system: object }): void
  /** Hears the snapshot at the start and after each event, as a subscriber of an actor does. */
  next?(state: State): void
  /** Hears why an actor failed. @param last its snapshot before that */
  failed?(error: unknown, last: State): void
}

/** The rule of a chart, as XState runs it. */
type Chart<State extends Snapshot<unknown>, Event extends EventObject, Input> = ActorLogic<State, Event, Input>

/** @param chart with what its actors need at run time: `provide()` is called once for all of them */
export function restingActorsOf<State extends Snapshot<unknown>, Event extends EventObject, Input>(
  chart: Chart<State, Event, Input>,
): (input: Input, terms: ActorTerms<State>) => RestingActor<State, Event> {
  const pure = pureTransitionsOf(chart)
  return (input, terms) => new Resting(pure, input, terms)
}

class Resting<State extends Snapshot<unknown>, Event extends EventObject, Input> implements RestingActor<State, Event> {
  readonly #pure: PureTransitions<State, Event, Input>
  readonly #input: Input
  readonly #terms: ActorTerms<State>
  #state: State
  #actor: ActorRef<State, Event> | null = null
  #isStopped = false

  constructor(pure: PureTransitions<State, Event, Input>, input: Input, terms: ActorTerms<State>) {
    this.#pure = pure
    this.#input = input
    this.#terms = terms
    this.#state = pure.initial(input)
    const { inspect } = terms.inspected()
    if (inspect) this.#actor = this.#start(createActor(pure.chart, { input, inspect }))
    terms.next?.(this.#state)
  }

  getSnapshot(): State {
    return this.#actor ? this.#actor.getSnapshot() : this.#state
  }

  get isResting(): boolean {
    return this.#actor === null
  }

  send(event: Event): void {
    if (this.#isStopped) return
    const next = this.#actor ? null : this.#pure.after(this.#state, event)
    if (!next) return this.actor.send(event)
    this.#state = next
    this.#terms.next?.(next)
  }

  get actor(): ActorRef<State, Event> {
    if (this.#actor) return this.#actor
    this.#actor = this.#start(createActor(this.#pure.chart, { input: this.#input, snapshot: this.#state }))
    if (this.#isStopped) this.#actor.stop()
    return this.#actor
  }

  stop(): void {
    this.#isStopped = true
    this.#actor?.stop()
  }

  #start(actor: Actor<State, Event>): Actor<State, Event> {
    this.#terms.prepare?.(actor)
    actor.start()
    actor.subscribe({
      next: (state) => {
        this.#state = state
        this.#terms.next?.(state)
      },
      error: (error) => this.#terms.failed?.(error, this.#state),
    })
    return actor
  }
}

type Actor<State extends Snapshot<unknown>, Event extends EventObject> = ActorRef<State, Event> & {
  start(): void
  stop(): void
}

type PureTransitions<State extends Snapshot<unknown>, Event extends EventObject, Input> = {
  chart: Chart<State, Event, Input>
  initial(input: Input): State
  /** The snapshot after an event; null where only an actor can take the event: its transition has effects, or fails. */
  after(state: State, event: Event): State | null
}

/** XState's `transition()` makes an actor for each call; here all calls borrow the scope of one that never starts. */
function pureTransitionsOf<State extends Snapshot<unknown>, Event extends EventObject, Input>(
  chart: Chart<State, Event, Input>,
): PureTransitions<State, Event, Input> {
  const parts = createCommonParts()
  let hasEffects = false
  const effect = (): void => {
    hasEffects = true
  }
  const self = createActor(chart)
  const scope: ActorScope<State, Event> = {
    self,
    system: self.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: effect,
    defer: effect,
    emit: effect,
    stopChild: effect,
    actionExecutor: effect,
  }
  return {
    chart,
    initial: (input) => parts.share(chart.getInitialSnapshot(scope, input)),
    after(state, event) {
      hasEffects = false
      try {
        const next = chart.transition(state, event, scope)
        return hasEffects ? null : parts.share(next)
      } catch {
        return null
      }
    },
  }
}

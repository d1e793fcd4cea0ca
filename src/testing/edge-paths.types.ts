import type {
  AnyActorLogic,
  AnyEventObject,
  AnyStateMachine,
  EventFromLogic,
  InputFrom,
  OutputFrom,
  SnapshotFrom,
  StateMachine,
  StateValue,
} from 'xstate'

export type EdgePathsOptions<Machine extends AnyStateMachine> = InputOption<Machine> & {
  /** At least one event of each type; where guards look into an event, one for each way that they may decide. */
  events: readonly EventFromLogic<Machine>[]
  /**
   * By the name of an actor, also of one inside an embedded machine: what it may resolve with, or, of an observable
   * whose snapshots are watched, what it may emit. That it may reject goes without saying.
   */
  outputs?: Outputs<Machine>
  /**
   * What tells states apart besides their value, where guards look into the context: `({ context }) => context.tries`.
   * It must be of a few values only.
   */
  distinguish?: (snapshot: SnapshotFrom<Machine>) => unknown
}

/** One edge of a chart, and the shortest way to it. */
export type EdgePath<Machine extends AnyStateMachine = AnyStateMachine> = {
  /** For a test's title: `low: balance.ample → funded`. */
  title: string
  from: StateValue
  to: StateValue
  /** The events from the start on, each with the state that it leads to; the last one is the edge. */
  steps: readonly EdgeStep[]
  /** The names of all edges of the chart that it takes, as {@link missingEdges} has them. */
  edges: readonly string[]
  /** What the machine is created with. */
  input?: InputFrom<Machine>
}

export type EdgeStep = {
  event: AnyEventObject
  /** The ids, from the outermost on, of the embedded machine that hears it; the machine itself hears it without. */
  heardBy?: readonly string[]
  to: StateValue
}

/** What the machine is created with. */
type InputOption<Machine> =
  undefined extends InputFrom<Machine> ? { input?: InputFrom<Machine> } : { input: InputFrom<Machine> }

type Outputs<Machine> = {
  readonly [Named in ActorsIn<Machine> as Named['src']]?: readonly Produced<Named['logic']>[]
}

type Named = { src: string; logic: unknown }

/** The actors that a machine names; of the machines among them, those that they name. */
type ActorsIn<Machine> =
  ActorsOf<Machine> extends infer One
    ? One extends Named
      ? One['logic'] extends AnyStateMachine
        ? ActorsIn<One['logic']>
        : One
      : never
    : never

type ActorsOf<Machine> =
  Machine extends StateMachine<
    infer _Context,
    infer _Event,
    infer _Children,
    infer Actor,
    infer _Action,
    infer _Guard,
    infer _Delay,
    infer _Value,
    infer _Tag,
    infer _Input,
    infer _Output,
    infer _Emitted,
    infer _Meta,
    infer _Schema,
    infer _TransitionMeta
  >
    ? // A machine that names none may have some inline, which go by their ids.
      [Actor] extends [never]
      ? { src: string; logic: unknown }
      : Actor
    : never

type Produced<Logic> = Logic extends AnyActorLogic
  ? SnapshotFrom<Logic> extends { context: infer Value }
    ? Value
    : OutputFrom<Logic>
  : unknown

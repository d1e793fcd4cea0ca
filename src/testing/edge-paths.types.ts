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
  /** At least one event of each type; where a guard reads the event, one for each of its decisions. */
  events: readonly EventFromLogic<Machine>[]
  /**
   * For each actor by name, also inside embedded machines: the values that it may resolve with or, as an observable, emit. The
   * search always tries a rejection as well.
   */
  outputs?: Outputs<Machine>
  /**
   * A part of the context that distinguishes states, where guards read the context: `({ context }) => context.tries`. It must
   * have few values.
   */
  distinguish?: (snapshot: SnapshotFrom<Machine>) => unknown
}

/** One edge of a chart with the shortest path to it. */
export type EdgePath<Machine extends AnyStateMachine = AnyStateMachine> = {
  /** A title for a test: `low: balance.ample → funded`. */
  title: string
  from: StateValue
  to: StateValue
  /** The events from the start, each with its target state; the last event takes the edge. */
  steps: readonly EdgeStep[]
  /** The names of all edges on the path, in the form of {@link missingEdges}. */
  edges: readonly string[]
  /** The machine's input. */
  input?: InputFrom<Machine>
}

export type EdgeStep = {
  event: AnyEventObject
  /** The ids that lead to the embedded machine that receives the event; absent for the machine itself. */
  heardBy?: readonly string[]
  to: StateValue
}

/** The machine's input, optional where the machine needs none. */
type InputOption<Machine> =
  undefined extends InputFrom<Machine> ? { input?: InputFrom<Machine> } : { input: InputFrom<Machine> }

type Outputs<Machine> = {
  readonly [Named in ActorsIn<Machine> as Named['src']]?: readonly Produced<Named['logic']>[]
}

type Named = { src: string; logic: unknown }

/** The named actors of a machine, those of its embedded machines included. */
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
    ? // A machine without named actors may have inline ones, which have ids only.
      [Actor] extends [never]
      ? { src: string; logic: unknown }
      : Actor
    : never

type Produced<Logic> = Logic extends AnyActorLogic
  ? SnapshotFrom<Logic> extends { context: infer Value }
    ? Value
    : OutputFrom<Logic>
  : unknown

import type { Fact, HoldReason, ServiceType, Wei } from '../../machines/index.ts'
import type { Chart } from './chart.types.ts'
import type { AccountState, PlanState, State } from './state.types.ts'

export type * from './chart.types.ts'
export type * from './state.types.ts'

/**
 * All that travels between the visualizer's server and its page, as JSON. But for this number it is types alone.
 *
 * The way of it: `GET api/hello` gives a `Hello`, with the state as it was when the history begins (`base`) and everything
 * that happened since (`history`). `GET api/events?after=<Hello.id>` (server-sent events) goes on from there. Each entry
 * carries what it changes, so the state at any moment is `base` with the patches of all entries up to it
 * (`merged(state, entry.patch)`, patch.ts); that is all there is to time travel.
 *
 * Every amount is wei in decimal, as a string. `at` is milliseconds since 1970 by the server's clock; times within a
 * state (`timestamp`, `unlocksAt`, `dryAt`, …) are seconds of block time. Every key is always there: what is not known is
 * null. Text may come from the chain or a provider: it is to be shown as text.
 */
export const PROTOCOL = 1

/* ------------------------------------------------------------------------------------------------ at load */

/** Answer to `GET api/hello`. */
export type Hello = {
  protocol: typeof PROTOCOL
  /** Where `base` and `history` end: `<instance>.<seq>`. Each server that starts is another instance. */
  id: string
  /** Of og-ledger. */
  version: string
  wallet: string
  network: Network
  /** What may be asked for with `POST api/control`; empty where the page only looks. */
  actions: readonly ActionName[]
  /** The plans say what would be done if auto-funding were on, not what is being done. */
  dryRun: boolean
  charts: readonly Chart[]
  /** Before the first entry of the history. */
  base: State
  /** Oldest first, numbered without gaps. Bounded: the oldest are folded into `base`. */
  history: readonly Entry[]
}

export type Network = {
  /** `mainnet`, `testnet`, `testnetDev`, or `chain 31337` where it has no name. */
  name: string
  /** In decimal. */
  chainId: string
  /** Base URL without a slash at its end: `${explorer}/tx/${hash}`, `${explorer}/address/${address}`; null where there is none. */
  explorer: string | null
}

/* ------------------------------------------------------------------------------------------------ what happens */

/**
 * One thing that happened, and what it changed. Numbered from 1 without gaps; `at` never goes back. `block` is the newest
 * position's at that moment. After `patch` is merged the state shows it.
 */
export type Entry = {
  seq: number
  at: number
  block: { number: number; timestamp: number } | null
  patch: Patch<State>
} & Happening

export type Happening =
  PositionTaken | FactStated | Transition | DecisionChanged | TransactionChanged | ReadingFailed | ControlUsed

/** A position was read and accepted. Comes last of all that follows from it. */
export type PositionTaken = { kind: 'position' }

/** What a position shows anew. Nothing is said of what stayed as it was. */
export type FactStated = {
  kind: 'fact'
  /** Key of a sub-account, or what else changed. */
  subject: string
  /** A sub-account's fact, or `balance.changed` of `ledger` and `wallet`. */
  fact: Fact | 'balance.changed'
  /** What became of the balance (of a sub-account), or of what is available (of the ledger): with a minus where it fell. */
  change: Wei
}

/** An actor took an edge. One that leads back to the same state is told when it changed something. */
export type Transition = {
  kind: 'transition'
  /** Id of the chart. */
  machine: string
  /** Key of a sub-account, id of a transaction, or `ledger`. */
  actor: string
  /** Paths of the innermost states. */
  from: string
  to: string
  /** The event's name, as on the edge: `balance.low`, `topUp done`. */
  event: string
  /** `ChartEdge.id`; null where no drawn edge fits. */
  edge: string | null
}

/** What is planned for a sub-account changed its action, reason or amount. */
export type DecisionChanged = {
  kind: 'decision'
  subAccount: string
  action: PlanState['action']
  reason: HoldReason | null
  amount: Wei | null
}

/** A transaction began or changed. A `transition` of its actor comes with each change; this is its news. */
export type TransactionChanged = {
  kind: 'transaction'
  id: string
  /** `prepared`, `broadcast`, `mined`, `reverted` or `superseded`. */
  value: string
  operation: string
  subAccount: string | null
  amount: Wei
  hash: string | null
  blockNumber: number | null
}

/** The chain could not be read; nothing is decided meanwhile. */
export type ReadingFailed = { kind: 'failure'; failures: number; error: string }

/** Somebody used a control. `asked` comes at once; `done` or `failed` when its outcome is known. */
export type ControlUsed = {
  kind: 'control'
  action: ActionName
  subAccount: string | null
  outcome: 'asked' | 'done' | 'failed'
  /** In a sentence; null when there is nothing to say. */
  message: string | null
}

/**
 * What an entry changes: objects are merged key by key, everything else (amounts, lists, null) takes the place of what was
 * there. A null in `transactions` takes one out. See `merged` in patch.ts.
 */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Patch<T[K]> | (string extends K ? null : never) }
    : T

/* ------------------------------------------------------------------------------------------------ live */

/**
 * `GET api/events?after=<id>` answers as `text/event-stream`. A browser that reconnects sends `Last-Event-ID`, which counts
 * before `after`. Each event's data is one line of JSON:
 *
 * - `entry`, with `id: <instance>.<seq>`: the next `Entry`. Several may come at once.
 * - `reset`: the id is of another instance, or of what is forgotten. The page closes the stream and says hello anew.
 * - `beat` every ten seconds, so that a page can tell a connection that is dead from a chain that is quiet.
 */
export type ServerEvents = {
  entry: Entry
  reset: { reason: 'restarted' | 'too-old' }
  beat: { at: number }
}

/* ------------------------------------------------------------------------------------------------ control */

export type ActionName = 'top-up' | 'pause' | 'resume' | 'approve' | 'reject' | 'retrieve' | 'close'

/**
 * Body of `POST api/control`, as `application/json` with the token in the header `x-og-ledger-token`. The token comes to
 * the page in the URL's fragment (`#token=…`), which no server is sent.
 */
export type ControlRequest =
  /** Sends what is missing to the target, or `amount` wei. */
  | ({ action: 'top-up'; amount?: Wei } & SubAccountRef)
  /** Auto-funding rests, and goes on. */
  | ({ action: 'pause' | 'resume' } & SubAccountRef)
  /** Answers what auto-funding waits for: only while `autoFunding.value` is `awaitingApproval`, and its `amount` is this. */
  | ({ action: 'approve'; amount: Wei } & SubAccountRef)
  | ({ action: 'reject' } & SubAccountRef)
  /** Asks everything back from it, and claims what is unlocked. */
  | ({ action: 'retrieve' } & SubAccountRef)
  /** Brings everything home and closes the ledger. */
  | { action: 'close' }

export type SubAccountRef = { provider: string; serviceType: ServiceType }

/**
 * 202 with `{ accepted: true }`: it is begun, and a `control` entry tells its outcome. 400 for a body that cannot be, 403
 * without control or with a wrong token, 409 for what cannot be done now: all with `{ error }`.
 */
export type ControlResponse = { accepted: true } | { error: string }

/* ------------------------------------------------------------------------------------------------ recordings */

/**
 * A recording is JSON lines, the same whether `watch --record` or the page wrote it. A reader skips types that it does not
 * need: `og-ledger replay` reads `position` alone, the page `base` and `entry`.
 *
 * - `{"type":"position", block, wallet, ledger, subAccounts}`: everything read at one block.
 * - `{"type":"base", protocol, wallet, network, state}`: the state from which the entries after it go on. It may come again,
 *   as when a recording is gone on with.
 * - `{"type":"entry", …Entry}`.
 */
export type RecordingLine =
  | PositionLine
  | { type: 'base'; protocol: typeof PROTOCOL; wallet: string; network: Network; state: State }
  | ({ type: 'entry' } & Entry)

export type PositionLine = {
  type: 'position'
  block: { number: number; timestamp: number }
  wallet: { address: string; balance: Wei }
  ledger: State['ledger']
  subAccounts: readonly (AccountState & SubAccountRef)[]
}

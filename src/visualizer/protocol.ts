import type { Fact, HoldReason, ServiceType, Wei } from '../../machines/index.ts'
import type { Chart } from './chart.types.ts'
import type { AccountState, PlanState, State } from './state.types.ts'

export type * from './chart.types.ts'
export type * from './state.types.ts'

/**
 * The protocol between the visualizer's server and its page: JSON. This file holds types alone, but for this number.
 *
 * `GET api/hello` answers with a `Hello`: the state at the beginning of the history (`base`) and all entries since
 * (`history`). `GET api/events?after=<Hello.id>` (server-sent events) continues from there. Each entry carries a patch, so
 * the state at any moment is `base` with the patches of all entries up to it (`applyPatch(state, entry.patch)`, patch.ts).
 * Time travel needs nothing else.
 *
 * Every amount is wei in decimal, as a string. `at` is milliseconds since 1970 by the server's clock; times within a
 * state (`timestamp`, `unlocksAt`, `dryAt`, …) are seconds of block time. Every key is always there: an unknown value is
 * null. Text may come from the chain or a provider, and must be shown as text.
 */
export const PROTOCOL = 1

/* ------------------------------------------------------------------------------------------------ at load */

/** Answer to `GET api/hello`. */
export type Hello = {
  protocol: typeof PROTOCOL
  /** The newest entry of `history`: `<instance>.<seq>`. Each start of the server is another instance. */
  id: string
  /** Version of og-ledger. */
  version: string
  wallet: string
  network: Network
  /** The actions that `POST api/control` accepts; empty where the page only looks. */
  actions: readonly ActionName[]
  /** Plans show what would be done if auto-funding were on, not what is being done. */
  dryRun: boolean
  charts: readonly Chart[]
  /** The state before the first entry of the history. */
  base: State
  /** Oldest first, numbered without gaps. Bounded: the oldest entries are applied to `base` and dropped. */
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
 * position's at that moment. After `patch` is applyPatch the state shows it.
 */
export type Entry = {
  seq: number
  at: number
  block: { number: number; timestamp: number } | null
  patch: Patch<State>
} & Happening

export type Happening =
  PositionTaken | FactStated | Transition | DecisionChanged | TransactionChanged | ReadingFailed | ControlUsed

/** A position was read and accepted. It comes after all entries that follow from it. */
export type PositionTaken = { kind: 'position' }

/** A fact that a position shows. There is none for a sub-account that did not change. */
export type FactStated = {
  kind: 'fact'
  /** Key of a sub-account, `ledger` or `wallet`. */
  subject: string
  /** The fact of a sub-account, or `balance.changed` for `ledger` and `wallet`. */
  fact: Fact | 'balance.changed'
  /** The change of a sub-account's balance, or of what ledger or wallet have available; negative where it fell. */
  change: Wei
}

/** An actor took an edge. An edge back to the same state is reported only where it changed something. */
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

/** The decision for a sub-account changed its action, reason or amount. */
export type DecisionChanged = {
  kind: 'decision'
  subAccount: string
  action: PlanState['action']
  reason: HoldReason | null
  amount: Wei | null
}

/** A transaction began or changed. A `transition` of its actor comes with each change. */
export type TransactionChanged = {
  kind: 'transaction'
  id: string
  /** `prepared`, `broadcast`, `mined`, `reverted`, `superseded` or `refused`. */
  value: string
  operation: string
  subAccount: string | null
  amount: Wei
  hash: string | null
  blockNumber: number | null
}

/** The chain could not be read. Until it can, the plan decides nothing. */
export type ReadingFailed = { kind: 'failure'; failures: number; error: string }

/** A page used a control. `asked` comes at once, `done` or `failed` with the outcome. */
export type ControlUsed = {
  kind: 'control'
  action: ActionName
  subAccount: string | null
  outcome: 'asked' | 'done' | 'failed'
  /** The outcome in a sentence; null where there is nothing to say. */
  message: string | null
}

/**
 * What an entry changes: objects are applyPatch key by key, everything else (amounts, lists, null) takes the place of what was
 * there. A null in `transactions` takes one out. See `applyPatch` in patch.ts.
 */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Patch<T[K]> | (string extends K ? null : never) }
    : T

/* ------------------------------------------------------------------------------------------------ live */

/**
 * `GET api/events?after=<id>` answers as `text/event-stream`. A browser that reconnects sends `Last-Event-ID`, which
 * overrides `after`. The data of each event is one line of JSON:
 *
 * - `entry`, with `id: <instance>.<seq>`: the next `Entry`. Several may come at once.
 * - `reset`: the id belongs to another instance, or to a dropped entry. The page closes the stream and loads `hello` again.
 * - `beat` every ten seconds, so that a page can distinguish a dead connection from a quiet chain.
 */
export type ServerEvents = {
  entry: Entry
  reset: { reason: 'restarted' | 'too-old' }
  beat: { at: number }
}

/* ------------------------------------------------------------------------------------------------ control */

export type ActionName = 'top-up' | 'pause' | 'resume' | 'approve' | 'reject' | 'retrieve' | 'close'

/**
 * Body of `POST api/control`, as `application/json` with the token in the header `x-og-ledger-token`. The page gets the
 * token from the URL's fragment (`#token=…`), which browsers send to no server.
 */
export type ControlRequest =
  /** Tops up to the target, or by `amount` wei. */
  | ({ action: 'top-up'; amount?: Wei } & SubAccountRef)
  /** Pauses or resumes auto-funding. */
  | ({ action: 'pause' | 'resume' } & SubAccountRef)
  /** Approves a top-up: only while `autoFunding.value` is `awaitingApproval`, and its `amount` is the same. */
  | ({ action: 'approve'; amount: Wei } & SubAccountRef)
  | ({ action: 'reject' } & SubAccountRef)
  /** Asks everything back from the sub-account, and claims unlocked refunds. */
  | ({ action: 'retrieve' } & SubAccountRef)
  /** Closes the ledger: everything comes back to the wallet. */
  | { action: 'close' }

export type SubAccountRef = { provider: string; serviceType: ServiceType }

/**
 * 202 with `{ accepted: true }`: the action has begun, and a `control` entry reports its outcome. 400 for an invalid body,
 * 403 without control or with a wrong token, 409 for an action that is not possible now: all with `{ error }`.
 */
export type ControlResponse = { accepted: true } | { error: string }

/* ------------------------------------------------------------------------------------------------ recordings */

/**
 * A recording is JSON lines, the same from `watch --record` and from the page. A reader skips types that it does not need:
 * `og-ledger replay` reads `position` alone, the page `base` and `entry`.
 *
 * - `{"type":"position", block, wallet, ledger, subAccounts}`: everything read at one block.
 * - `{"type":"base", protocol, wallet, network, state}`: the state before the entries that follow. It comes again wherever
 *   another process continued the recording.
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

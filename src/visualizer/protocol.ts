import type { Wei } from '../../machines/index.ts'
import type { Chart } from './chart.types.ts'
import type { ActionName, SubAccountRef } from './control.types.ts'
import type { Entry } from './entry.types.ts'
import type { AccountState, ElsewhereState, State } from './state.types.ts'

export type * from './chart.types.ts'
export type * from './control.types.ts'
export type * from './entry.types.ts'
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

/* ------------------------------------------------------------------------------------------------ recordings */

/**
 * A recording is JSON lines, the same from `watch --record` and from the page. A reader skips types that it does not need:
 * `og-ledger replay` reads `position` alone, the page `base` and `entry`.
 *
 * - `{"type":"position", block, wallet, ledger, subAccounts, elsewhere?}`: everything read at one block.
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
  /** Left out where there is nothing. */
  elsewhere?: readonly ElsewhereState[]
}

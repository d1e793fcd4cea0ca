import type { Fact, HoldReason, Wei } from '../../machines/index.ts'
import type { ActionName } from './control.types.ts'
import type { DepositState, PlanState, State } from './state.types.ts'

/**
 * An event and its change of the state. Numbered from 1 without gaps; `at` never goes back. `block` is that of the newest
 * position at that moment. The state shows the event once `patch` is applied.
 */
export type Entry = {
  seq: number
  at: number
  block: { number: number; timestamp: number } | null
  patch: Patch<State>
} & Happening

export type Happening =
  | PositionTaken
  | FactStated
  | Transition
  | DecisionChanged
  | DepositDecided
  | TransactionChanged
  | ReadingFailed
  | ControlUsed

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

/** The decision for the ledger itself changed its action, reason or amount. All are null once auto-deposit is off. */
export type DepositDecided = {
  kind: 'deposit'
  action: DepositState['action'] | null
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
 * A change of the state: objects are merged key by key, any other value (amount, list, null) replaces the old one. A null in
 * `transactions` removes a transaction. See `applyPatch` in patch.ts.
 */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Patch<T[K]> | (string extends K ? null : never) }
    : T

import type { ServiceType, Wei } from '../../machines/index.ts'

export type ActionName =
  | 'top-up'
  | 'pause'
  | 'resume'
  | 'approve'
  | 'reject'
  | 'retrieve'
  | 'approve-deposit'
  | 'reject-deposit'
  | 'deposit'
  | 'close'
  | 'cancel-close'

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
  /** Approves a deposit into the ledger: only while `autoDeposit.value` is `awaitingApproval`, and its `amount` is the same. */
  | { action: 'approve-deposit'; amount: Wei }
  | { action: 'reject-deposit' }
  /** Deposits wei from the wallet into the ledger, and opens it where there is none. */
  | { action: 'deposit'; amount: Wei }
  /** Closes the ledger: everything comes back to the wallet. */
  | { action: 'close' }
  /** Ends a closing before its last step: what is asked back already stays so. */
  | { action: 'cancel-close' }

export type SubAccountRef = { provider: string; serviceType: ServiceType }

/**
 * 202 with `{ accepted: true }`: the action has begun, and a `control` entry reports its outcome. 400 for an invalid body,
 * 403 without control or with a wrong token, 409 for an action that is not possible now: all with `{ error }`.
 */
export type ControlResponse = { accepted: true } | { error: string }

/**
 * `GET api/closing-plan`, with the token in the header: what closing the ledger would do from here. Amounts in wei, times in
 * seconds of block time.
 */
export type ClosingPlanState = {
  block: { number: number; timestamp: number }
  subAccounts: readonly ClosingAccountState[]
  /** How many transactions it takes. */
  transactions: number
  /** When the last of it is home at the earliest. */
  endsAt: number
  /** What all of it costs at most, and what the wallet lacks of that; `cost` is null where the price of gas is unknown. */
  gas: { units: Wei; cost: Wei | null; missing: Wei }
  /** What the wallet gets in the end, before the gas, and what stays in a kind of service that og-ledger does not know. */
  home: Wei
  stuck: Wei
}

/** A sub-account that closing brings home; `service` names a version that is not the network's own. */
export type ClosingAccountState = SubAccountRef & {
  service: string | null
  /** What is asked back then, and what is already. */
  asked: Wei
  pending: Wei
  /** When the first and the last of it unlocks. */
  unlocks: { first: number; last: number }
  homeAt: number
}

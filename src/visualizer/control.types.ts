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

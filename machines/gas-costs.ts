/** What transactions cost, in gas: the most that was measured on the contracts. */

/** A transfer to a sub-account that exists, and one that opens it. */
export const TOP_UP_GAS = 110_000n
export const OPENING_GAS = 470_000n

/** A deposit, also one that opens the ledger. */
export const DEPOSIT_GAS = 250_000n

/** A retrieve that queues no refund, and one with the transfer that cancels the refund it queued. */
export const CLAIM_GAS = 125_000n
export const CLAIM_AND_PUT_BACK_GAS = 330_000n

/** Closing: a retrieve, and what it adds for each sub-account by requesting a refund or only claiming. */
export const RETRIEVE_GAS = 70_000n
export const REQUEST_GAS_EACH = 170_000n
export const CLAIM_GAS_EACH = 70_000n
export const REVOKE_GAS = 75_000n
/** Closing: the last withdrawal, and the deletion of each sub-account by it. */
export const WITHDRAW_GAS = 150_000n
export const DELETE_GAS_EACH = 90_000n

const EXIT_GAS = 300_000n
const EXIT_GAS_EACH = 290_000n

/** The gas that a full exit from so many sub-accounts takes at most: requesting, claiming, deleting and withdrawing. */
export function exitGas(subAccounts: number): bigint {
  return EXIT_GAS + EXIT_GAS_EACH * BigInt(subAccounts)
}

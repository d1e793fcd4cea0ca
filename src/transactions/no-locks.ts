import type { AccountLocks } from './account-locks.ts'

/** The account locks of a broker that sends nothing: no writer keeps another one waiting. */
export const noLocks: AccountLocks = {
  reserved: new Set(),
  isTaken: () => false,
  exclusive: (_, work) => work(),
  exclusiveAll: (_, work) => work(),
  after: (_, work) => work(),
  stall: () => undefined,
  giveUp: () => undefined,
  stallOf: () => null,
  unlessStalled: (_, work) => work,
}

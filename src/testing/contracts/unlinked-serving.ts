import { createAccounts } from './accounts.ts'
import { Revert } from './revert.ts'
import type { Serving } from './serving.types.ts'
import type { Storage } from './storage.ts'

/** A service contract without initialization: it can be registered, and refuses LedgerManager as its caller. */
export function createUnlinkedServing(storage: Storage, address: string): Serving {
  return {
    address,
    accounts: createAccounts(storage),
    lockTime: () => 0,
    open: refuse,
    deposit: refuse,
    firstReadWork: refuse,
    nextReadWork: refuse,
    claim: refuse,
    requestAll: refuse,
    remove: refuse,
  }
}

function refuse(): never {
  throw new Revert('CallerNotLedger')
}

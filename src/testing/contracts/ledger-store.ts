import { MAX_SUB_ACCOUNTS } from './constants.ts'
import { createMembers } from './members.ts'
import type { Registry } from './registry.ts'
import { Revert } from './revert.ts'
import type { Serving } from './serving.types.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

/** A ledger, in wei. `totalBalance` includes the sub-accounts. */
export type Ledger = { user: string; availableBalance: bigint; totalBalance: bigint; additionalInfo: string }

export type LedgerStore = {
  /** @throws Revert without a ledger */
  get(user: string): Ledger
  find(user: string): Ledger | undefined
  put(ledger: Ledger): void
  open(user: string, amount: bigint, additionalInfo: string): void
  /** Adds to a ledger, or opens it. */
  deposit(user: string, amount: bigint): void
  /** Deletes a ledger together with all its sub-accounts. */
  close(user: string, emit: Context['emit']): void
  /** The users with a ledger, in the contract's order. */
  users(): readonly string[]
  /** Every provider with whom the user has opened a sub-account since the ledger's opening. */
  providersOf(user: string, serving: Serving): readonly string[]
  /** Adds a provider to a user's list. @throws Revert where the list is full */
  addProvider(user: string, serving: Serving, provider: string): void
}

/** The storage of LedgerManager: ledgers, and the providers of each user. */
export function createLedgerStore(storage: Storage, registry: Registry, minLedgerBalance: bigint): LedgerStore {
  const ledgers = storage.table<Ledger>()
  const keys = createMembers(storage)
  const providers = createMembers(storage)

  return {
    get,
    find: (user) => ledgers.get(user),
    put: (ledger) => ledgers.set(ledger.user, ledger),
    open,
    deposit(user, amount) {
      if (amount === 0n) throw new Revert('ZeroAmountNotAllowed')
      const ledger = ledgers.get(user)
      if (!ledger) {
        requireMinimum(amount, minLedgerBalance)
        return open(user, amount, '')
      }
      const availableBalance = ledger.availableBalance + amount
      ledgers.set(user, { ...ledger, availableBalance, totalBalance: ledger.totalBalance + amount })
    },
    close(user, emit) {
      ledgers.set(user, undefined)
      keys.remove('', user)
      for (const serving of registry.all()) {
        const key = keyOf(user, serving)
        for (const provider of providers.of(key)) {
          serving.remove({ emit }, user, provider)
          providers.remove(key, provider)
        }
      }
    },
    users: () => keys.of(''),
    providersOf: (user, serving) => providers.of(keyOf(user, serving)),
    addProvider(user, serving, provider) {
      const key = keyOf(user, serving)
      const current = BigInt(providers.of(key).length)
      const maximum = BigInt(MAX_SUB_ACCOUNTS)
      if (current >= maximum) throw new Revert('TooManyProvidersForService', { current, maximum })
      providers.add(key, provider)
    },
  }

  function get(user: string): Ledger {
    const ledger = ledgers.get(user)
    if (!ledger) throw new Revert('LedgerNotExists', { user })
    return ledger
  }

  function open(user: string, amount: bigint, additionalInfo: string): void {
    ledgers.set(user, { user, availableBalance: amount, totalBalance: amount, additionalInfo })
    keys.add('', user)
  }
}

const keyOf = (user: string, { address }: Serving): string => `${user} ${address}`

export function requireMinimum(provided: bigint, required: bigint): void {
  if (provided < required) throw new Revert('MinimumDepositRequired', { provided, required })
}

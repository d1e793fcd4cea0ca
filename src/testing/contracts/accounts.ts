import { noDeliverables, type Deliverables } from './deliverables.ts'
import { createMembers } from './members.ts'
import { Revert } from './revert.ts'
import type { RefundSlot } from './refunds.ts'
import type { Storage } from './storage.ts'
import { wordsOf } from './words.ts'

/** A sub-account. Amounts in wei. */
export type Account = {
  user: string
  provider: string
  /** Nonce of the last settlement. It outlives the account. */
  nonce: bigint
  balance: bigint
  pendingRefund: bigint
  refunds: readonly RefundSlot[]
  validRefundsLength: number
  /** Copied from the ledger when the account was opened. */
  additionalInfo: string
  acknowledged: boolean
  /** Inference: generation of the user's API tokens. It outlives the account. */
  generation: bigint
  /** Inference: bit n is set for a revoked token n. */
  revokedBitmap: bigint
  /** Fine-tuning. */
  deliverables: Deliverables
}

export type Accounts = {
  exists(user: string, provider: string): boolean
  /** @throws Revert without an account */
  get(user: string, provider: string): Account
  find(user: string, provider: string): Account | undefined
  put(account: Account): void
  add(user: string, provider: string, balance: bigint, additionalInfo: string): Account
  remove(user: string, provider: string): void
  all(): Account[]
  ofUser(user: string): Account[]
  ofProvider(provider: string): Account[]
}

/** The sub-accounts of one service. A deleted account stays in storage and leaves every list. */
export function createAccounts(storage: Storage): Accounts {
  const values = storage.table<Account>()
  const present = storage.table<true>()
  // The set of keys shares its places with `present`.
  const keys = createMembers(storage, wordsOf)
  const byUser = createMembers(storage)
  const byProvider = createMembers(storage)

  const exists = (user: string, provider: string) => present.get(keyOf(user, provider)) === true

  return {
    exists,
    get,
    find,
    put: (account: Account) => values.set(keyOf(account.user, account.provider), account),
    add(user: string, provider: string, balance: bigint, additionalInfo: string): Account {
      const key = keyOf(user, provider)
      const before = values.get(key)
      const { nonce, generation } = before ?? { nonce: 0n, generation: 0n }
      const account = {
        ...emptyAccount(user, provider),
        nonce,
        generation,
        balance,
        additionalInfo,
        acknowledged: true,
      }
      values.set(key, account)
      present.set(key, true)
      keys.add('', key)
      byUser.add(user, provider)
      byProvider.add(provider, user)
      return account
    },
    remove(user: string, provider: string): void {
      const { nonce, generation } = get(user, provider)
      const key = keyOf(user, provider)
      values.set(key, { ...emptyAccount(user, provider), nonce, generation })
      present.set(key, undefined)
      keys.remove('', key)
      byUser.remove(user, provider)
      byProvider.remove(provider, user)
    },
    all: () => keys.of('').flatMap((key) => values.get(key) ?? []),
    ofUser: (user: string) => byUser.of(user).map((provider) => get(user, provider)),
    ofProvider: (provider: string) => byProvider.of(provider).map((user) => get(user, provider)),
  }

  function find(user: string, provider: string): Account | undefined {
    const key = keyOf(user, provider)
    return present.get(key) ? values.get(key) : undefined
  }

  function get(user: string, provider: string): Account {
    const account = find(user, provider)
    if (!account) throw new Revert('AccountNotExists', { user, provider })
    return account
  }
}

const keyOf = (user: string, provider: string): string => `${user} ${provider}`

export function emptyAccount(user: string, provider: string): Account {
  return {
    user,
    provider,
    nonce: 0n,
    balance: 0n,
    pendingRefund: 0n,
    refunds: [],
    validRefundsLength: 0,
    additionalInfo: '',
    acknowledged: false,
    generation: 0n,
    revokedBitmap: 0n,
    deliverables: noDeliverables,
  }
}

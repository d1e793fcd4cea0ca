import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { throwIfAborted } from '../base/abortable.ts'
import { toAddress } from '../chain/address.ts'
import type { Rules } from '../chain/port.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { NothingToRetrieveError } from '../base/sending-errors.ts'
import type { NotSentError } from '../base/errors.ts'
import { elsewhere, retrieveIntent } from '../transactions/build-intent.ts'
import { batchesOf } from './batches.ts'
import { isFull, isRetrievable, nothingToRetrieve } from './refund-rules.ts'
import { mayBeElsewhere, resolveService, type Service } from '../chain/service-name.ts'
import { resolveServiceIn } from '../chain/service-elsewhere.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions, SubmitOptions } from '../transactions/lane.types.ts'
import { createLeftOut, type LeftOut } from './left-out.ts'
import { partlyDone } from './partly-done.ts'
import { retrieveBatch } from './retrieve-batch.ts'
import { checkLock } from './would-lock.ts'

/** The receipt of the last transaction, those of every batch, and the sub-accounts that it left out. */
export type RetrieveReceipt = Receipt & { receipts: readonly Receipt[]; leftOut: readonly LeftOut[] }

export type RetrievalsOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, options?: SubmitOptions) => Promise<Receipt>
  /** Waits for the open claims of a service, or of one provider; for those that cannot go on it does not wait. */
  claimsOver: (of: { serviceType: ServiceType; provider?: string }, signal?: AbortSignal) => Promise<void>
  /** Gives up a put-back that is pending in a sub-account. */
  forgo: (id: SubAccountId) => void
  /** Why the lock of a sub-account does not come free for now; null where it does. */
  stallOf: (id: SubAccountId) => NotSentError | null
  /** Whether auto-funding is on for a sub-account. */
  isKept: (id: SubAccountId) => boolean
}

/** Retrieves money from sub-accounts: the contract locks what is free, and claims refunds whose lock is over. */
export type Retrievals = {
  /**
   * From every sub-account of a service, in batches. It leaves out those whose put-back is pending.
   *
   * @throws NothingToRetrieveError, LedgerNotExistsError, PutBackPendingError or InDoubtError where that leaves none,
   *   PartlyDoneError where one of several transactions failed
   */
  all(serviceType: string, options?: SendingOptions): Promise<RetrieveReceipt>
  /**
   * From one provider.
   *
   * @param options.force locks also what a live provider works with, and gives up a put-back that is pending
   * @throws PutBackPendingError, WouldLockError, AccountNotExistsError, TooManyRefundsError, NothingToRetrieveError, LedgerNotExistsError
   */
  from(provider: string, serviceType: string, options?: SendingOptions & { force?: boolean }): Promise<Receipt>
}

export function createRetrievals(options: RetrievalsOptions): Retrievals {
  const { wallet, rules, read, submit, claimsOver, forgo, stallOf, isKept } = options

  return { all, from }

  async function all(serviceType: string, how: SendingOptions = {}): Promise<RetrieveReceipt> {
    const { position, service } = await serviceAndPosition({ name: serviceType }, how.signal)
    const accounts = accountsOf(position, service)
    const heldIn = heldOf(service)
    const providers = accounts.filter((one) => isRetrievable(one) || heldIn(one)).map(({ provider }) => provider)
    if (providers.length === 0) throw nothingToRetrieve(accounts, service.serviceType)
    const batches = batchesOf(providers, rules.maxProvidersPerBatch)
    const leftOut = createLeftOut()
    const parts = await Promise.all(
      batches.map((batch) =>
        retrieveBatch(batch, service, { submit: submitFor(service, how), stallOf: heldIn, leftOut }),
      ),
    )
    const done = parts.flatMap((part) => part.done.flatMap((one) => one ?? []))
    const receipts = done.map(({ receipt }) => receipt)
    const [failure] = parts.flatMap((part) => part.failure ?? [])
    if (failure) {
      const { serviceType } = service
      const left = parts.flatMap((part) => part.left.map((provider) => ({ provider, serviceType })))
      const touched = accounts.filter((one) => done.some((some) => some.providers.includes(one.provider)))
      throw partlyDone(
        {
          operation: 'retrieveFund',
          receipts,
          claimed: touched.reduce((sum, { claimable }) => sum + claimable, 0n),
          askedBack: touched.reduce((sum, { available }) => sum + available, 0n),
          putBack: 0n,
          left: left.filter((id) => !leftOut.has(id)),
          leftOut: leftOut.all(),
        },
        failure.error,
      )
    }
    const last = receipts.at(-1)
    if (!last) throw leftOut.all()[0]?.reason ?? new NothingToRetrieveError('There is nothing to retrieve.')
    return { ...last, receipts, leftOut: leftOut.all() }
  }

  async function from(
    provider: string,
    serviceType: string,
    { force = false, ...how }: SendingOptions & { force?: boolean } = {},
  ): Promise<Receipt> {
    const address = toAddress(provider, 'provider')
    const about = { operation: 'retrieveFund', errorArgs: { user: wallet, provider: address } }
    let found = await look()
    if (found.held && force) {
      throwIfAborted(how.signal)
      // No sooner: a call that fails before has changed nothing.
      forgo({ provider: address, serviceType: found.service.serviceType })
      found = await look()
    }
    const { position, service, account, held } = found
    if (held) throw held
    if (isFull(account)) throw contractRefusal({ ...about, errorName: 'TooManyRefunds' })
    if (!isRetrievable(account)) throw nothingToRetrieve([account], service.serviceType)
    if (!force && !isElsewhere(service)) {
      const { block } = position
      checkLock(account, { block, lockTime: rules.lockTimes[service.serviceType] ?? 0, isKept: isKept(account) })
    }
    return submitFor(service, how)(retrieveIntent([address], service.serviceType, service.name))

    async function look() {
      const read = await serviceAndPosition({ name: serviceType, provider: address }, how.signal)
      const account = accountsOf(read.position, read.service).find((one) => one.provider === address)
      if (!account) throw contractRefusal({ ...about, errorName: 'AccountNotExists' })
      const held = heldOf(read.service)({ provider: address, serviceType: read.service.serviceType })
      return { ...read, account, held }
    }
  }

  /** Only a position tells the versions of other names: a name that cannot be one is refused before it is read. */
  async function serviceAndPosition(
    { name, ...of }: { name: string; provider?: string },
    signal: AbortSignal | undefined,
  ): Promise<{ position: Position; service: Service }> {
    const known = mayBeElsewhere(name, rules) ? null : resolveService(name, rules)
    // What a claim is about to put back is asked back with the rest.
    if (known) await claimsOver({ serviceType: known.serviceType, ...of }, signal)
    const position = await read(signal)
    return { position, service: known ?? resolveServiceIn(position, name, rules) }
  }

  /** Put-backs are of the versions that the network names. */
  function heldOf(service: Service): RetrievalsOptions['stallOf'] {
    return isElsewhere(service) ? () => null : stallOf
  }

  function isElsewhere({ serviceType, name }: Service): boolean {
    return rules.serviceNames[serviceType] !== name
  }

  function submitFor(service: Service, { signal, onSent }: SendingOptions): (intent: Intent) => Promise<Receipt> {
    return (intent) => submit(isElsewhere(service) ? elsewhere(intent) : intent, { signal, onSent })
  }

  function accountsOf(position: Position, service: Service): readonly SubAccountPosition[] {
    const { ledger, subAccounts, elsewhere: others = [] } = position
    if (ledger)
      return isElsewhere(service)
        ? others.filter((one) => one.service === service.name)
        : subAccounts.filter((one) => one.serviceType === service.serviceType)
    throw contractRefusal({ operation: 'retrieveFund', errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
  }
}

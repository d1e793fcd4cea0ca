import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { toAddress } from '../chain/address.ts'
import type { Rules } from '../chain/port.ts'
import { ContractError, contractError } from '../base/contract-errors.ts'
import { NothingToRetrieveError, WouldLockError } from '../base/errors.ts'
import { elsewhere, retrieveIntent } from '../transactions/build-intent.ts'
import { batchesOf } from './batches.ts'
import { isFull, isoTime, isRetrievable, nothingToRetrieve } from './refund-rules.ts'
import { mayBeElsewhere, resolveService, resolveServiceIn, type Service } from '../chain/service-name.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'

/** The receipt of the last transaction, and those of every batch. */
export type RetrieveReceipt = Receipt & { receipts: readonly Receipt[] }

export type RetrievalsOptions = {
  wallet: string
  rules: Rules
  read: () => Promise<Position>
  submit: (intent: Intent) => Promise<Receipt>
  /** Whether auto-funding is on for a sub-account. */
  isKept: (id: SubAccountId) => boolean
}

/** Retrieves money from sub-accounts: the contract locks what is free, and claims refunds whose lock is over. */
export type Retrievals = {
  /** From every sub-account of a service, in batches. @throws NothingToRetrieveError, LedgerNotExistsError */
  all(serviceType: string): Promise<RetrieveReceipt>
  /**
   * From one provider.
   *
   * @param options.force locks also what a live provider works with
   * @throws WouldLockError, AccountNotExistsError, TooManyRefundsError, NothingToRetrieveError, LedgerNotExistsError
   */
  from(provider: string, serviceType: string, options?: { force?: boolean }): Promise<Receipt>
}

export function createRetrievals({ wallet, rules, read, submit, isKept }: RetrievalsOptions): Retrievals {
  return { all, from }

  async function all(serviceType: string): Promise<RetrieveReceipt> {
    const { position, service } = await serviceAndPosition(serviceType)
    const accounts = accountsOf(position, service)
    const providers = accounts.filter(isRetrievable).map(({ provider }) => provider)
    if (providers.length === 0) throw nothingToRetrieve(accounts, service.serviceType)
    const batches = batchesOf(providers, rules.maxProvidersPerBatch)
    const receipts = await Promise.all(batches.map((batch) => retrieveBatch(batch, service, submitFor(service))))
    const last = receipts.at(-1)
    if (!last) throw new NothingToRetrieveError('There is nothing to retrieve.')
    return { ...last, receipts }
  }

  async function from(provider: string, serviceType: string, { force = false } = {}): Promise<Receipt> {
    const address = toAddress(provider, 'provider')
    const { position, service } = await serviceAndPosition(serviceType)
    const account = accountsOf(position, service).find((one) => one.provider === address)
    const about = { operation: 'retrieveFund', errorArgs: { user: wallet, provider: address } }
    if (!account) throw contractError({ ...about, errorName: 'AccountNotExists' })
    if (isFull(account)) throw contractError({ ...about, errorName: 'TooManyRefunds' })
    if (!isRetrievable(account)) throw nothingToRetrieve([account], service.serviceType)
    if (!force && !isElsewhere(service)) checkLive(account, position)
    return submitFor(service)(retrieveIntent([address], service.serviceType, service.name))
  }

  /**
   * Locking free money is the purpose of a retrieve. It surprises the caller where auto-funding has put that money
   * there, and where refunds can be claimed: that needs no lock.
   */
  function checkLive(account: SubAccountPosition, { block }: Position): void {
    const { provider, serviceType, available, claimable } = account
    const kept = isKept({ provider, serviceType })
    if (available === 0n || (!kept && claimable === 0n)) return
    const lock = rules.lockTimes[serviceType] ?? 0
    throw new WouldLockError('Retrieving would lock what is free there, and the provider would stop serving.', {
      provider,
      serviceType,
      'would be locked': `${weiToOg(available)} OG`,
      until: `${isoTime(block.timestamp + lock)}, if sent now`,
      'auto-funding': kept ? 'on' : undefined,
      claimable: claimable > 0n ? `${weiToOg(claimable)} OG` : undefined,
      do: [
        ...(claimable > 0n ? ['claimRefunds brings home what is unlocked and leaves the rest free'] : []),
        ...(kept ? ['stopAutoFunding first'] : []),
        'pass { force: true } to ask everything back all the same',
      ].join('; '),
    })
  }

  /** Only a position tells the versions of other names: a name that cannot be one is refused before it is read. */
  async function serviceAndPosition(name: string): Promise<{ position: Position; service: Service }> {
    const known = mayBeElsewhere(name, rules) ? null : resolveService(name, rules)
    const position = await read()
    return { position, service: known ?? resolveServiceIn(position, name, rules) }
  }

  function isElsewhere({ serviceType, name }: Service): boolean {
    return rules.serviceNames[serviceType] !== name
  }

  function submitFor(service: Service): (intent: Intent) => Promise<Receipt> {
    return isElsewhere(service) ? (intent) => submit(elsewhere(intent)) : submit
  }

  function accountsOf(position: Position, service: Service): readonly SubAccountPosition[] {
    const { ledger, subAccounts, elsewhere: others = [] } = position
    if (ledger)
      return isElsewhere(service)
        ? others.filter((one) => one.service === service.name)
        : subAccounts.filter((one) => one.serviceType === service.serviceType)
    throw contractError({ operation: 'retrieveFund', errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
  }
}

/**
 * Retrieves from as many providers as a batch takes, in one transaction. A provider whose refund places filled up since
 * the reading makes the contract refuse the whole batch; its error names that provider, and the retry leaves it out.
 *
 * @throws TooManyRefundsError where no other provider is left
 */
export async function retrieveBatch(
  providers: readonly string[],
  { serviceType, name }: Service,
  submit: (intent: Intent) => Promise<Receipt>,
): Promise<Receipt> {
  try {
    return await submit(retrieveIntent(providers, serviceType, name))
  } catch (error) {
    const full = error instanceof ContractError && error.errorName === 'TooManyRefunds' ? error.errorArgs : {}
    const rest = providers.filter((provider) => provider !== full['provider'])
    if (rest.length === 0 || rest.length === providers.length) throw error
    return retrieveBatch(rest, { serviceType, name }, submit)
  }
}

import type { Position, ServiceType, SubAccountPosition } from '../machines/position.types.ts'
import { toWei, type Amount } from './base/amounts.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Call, LedgerEntry, Rules } from './chain/port.ts'
import type { CloseOptions, ClosingCancelled, ClosingPlan, ClosingStatus } from './closing/types.ts'
import { contractError } from './base/contract-errors.ts'
import type { ClaimReceipt } from './refunds/claim.ts'
import { InvalidInputError } from './base/errors.ts'
import { intentOf, transferIntent } from './transactions/build-intent.ts'
import type { LedgerActor } from './lifecycle/ledger-actor.ts'
import type { MoneyOut } from './refunds/money-out.ts'
import type { PendingRefund } from './refunds/calendar.ts'
import { createRetrieving, type RetrieveReceipt } from './refunds/retrieve.ts'
import { resolveService } from './chain/service-name.ts'
import type { SubAccountId } from './base/sub-account-key.ts'
import type { Intent, Receipt } from './transactions/intent.ts'

/** A ledger's money, in wei. `available` (also called `balance`) is unallocated; `locked` lies in sub-accounts. */
export type LedgerAccount = { balance: bigint; available: bigint; locked: bigint; totalBalance: bigint }

export type ProviderBalance = {
  provider: string
  balance: bigint
  pendingRefund: bigint
  /** `balance - pendingRefund`: what the provider may charge. */
  available: bigint
}

export type LedgerDetail = LedgerAccount & {
  additionalInfo: string
  inference: readonly SubAccountPosition[]
  fineTuning: readonly SubAccountPosition[]
}

export type LedgerClosing = {
  close(options: CloseOptions): Promise<Receipt>
  cancel(options: { signal?: AbortSignal | undefined }): Promise<ClosingCancelled>
  isWanted(): boolean
  status(): ClosingStatus | null
}

export type LedgerManagerOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  listLedgers: (offset: number, limit: number) => Promise<{ ledgers: LedgerEntry[]; total: number }>
  submit: (intent: Intent, options?: { signal?: AbortSignal | undefined }) => Promise<Receipt>
  hasAutoFunding: (id: SubAccountId) => boolean
  out: MoneyOut
  actor: LedgerActor
  closing: LedgerClosing
  closingPlanAt: (position: Position) => Promise<ClosingPlan>
}

const MAX_PAGE = 50

/** The account API: everything a wallet does with its ledger. Amounts: a `bigint` is wei, a `string` is OG. */
export class LedgerManager {
  readonly #options: LedgerManagerOptions
  readonly #retrieving: ReturnType<typeof createRetrieving>

  constructor(options: LedgerManagerOptions) {
    this.#options = options
    this.#retrieving = createRetrieving({ ...options, isKept: options.hasAutoFunding })
  }

  /**
   * Opens the wallet's ledger with a deposit.
   *
   * @param info kept with the ledger and copied to each new sub-account; at most 4096 bytes of UTF-8
   * @throws MinimumDepositRequiredError below the contract's minimum, LedgerExistsError, ContractError
   */
  async addLedger(amount: Amount, info = ''): Promise<Receipt> {
    const value = this.#positive('addLedger', toWei(amount))
    const { minLedgerBalance } = this.#options.rules
    if (minLedgerBalance !== null && value < minLedgerBalance)
      throw contractError({
        operation: 'addLedger',
        errorName: 'MinimumDepositRequired',
        errorArgs: { provided: value, required: minLedgerBalance },
      })
    this.#checkInfo('addLedger', info)
    return this.#send({ contract: 'ledger', method: 'addLedger', args: [info], value }, value)
  }

  /**
   * Deposits to the wallet's ledger, and opens it where there is none and the amount is at least the minimum.
   *
   * @throws MinimumDepositRequiredError without a ledger and below the minimum, ContractError
   */
  async depositFund(amount: Amount): Promise<Receipt> {
    const value = this.#positive('depositFund', toWei(amount))
    return this.#send({ contract: 'ledger', method: 'depositFund', args: [], value }, value)
  }

  /** Deposits to another wallet's ledger; the money belongs to that wallet from then on. Otherwise as `depositFund`. */
  async depositFundFor(recipient: string, amount: Amount): Promise<Receipt> {
    const address = toAddress(recipient, 'recipient')
    if (isZeroAddress(address)) throw contractError({ operation: 'depositFundFor', errorName: 'ZeroAddressNotAllowed' })
    const value = this.#positive('depositFundFor', toWei(amount))
    return this.#send({ contract: 'ledger', method: 'depositFundFor', args: [address], value }, value)
  }

  /**
   * Withdraws from the ledger to the wallet: an amount, or `'all'` that is available. The rest must be 0 or at least the
   * contract's minimum; money in sub-accounts stays there. A withdrawal that empties ledger and sub-accounts makes the
   * contract delete them. The call waits for transactions in flight to or from the ledger.
   *
   * @throws MinimumDepositRequiredError with the amounts that are possible, InsufficientBalanceError,
   *   NothingToWithdrawError, LedgerNotExistsError
   */
  async refund(amount: Amount): Promise<Receipt> {
    return this.#options.out.withdrawing.refund(amount)
  }

  /**
   * Deletes an empty ledger. `closeLedger` empties it first.
   *
   * @throws MustWithdrawAllFundsFirstError before anything is sent, LedgerNotExistsError
   */
  async deleteLedger(): Promise<Receipt> {
    return this.#options.out.withdrawing.deleteEmpty()
  }

  /** @throws LedgerNotExistsError when the contract says that there is none; ReadError when the chain could not be read */
  async getLedger(): Promise<LedgerAccount> {
    return this.#account(await this.#options.read())
  }

  /** The ledger with every sub-account of both services, all at one block: one read. */
  async getLedgerWithDetail(): Promise<LedgerDetail> {
    const position = await this.#options.read()
    const of = (type: ServiceType) => position.subAccounts.filter(({ serviceType }) => serviceType === type)
    return {
      ...this.#account(position),
      additionalInfo: position.ledger?.additionalInfo ?? '',
      inference: of('inference'),
      fineTuning: of('fine-tuning'),
    }
  }

  /** Providers of one service type that hold money of this wallet. */
  async getProvidersWithBalance(serviceType: string): Promise<ProviderBalance[]> {
    const service = resolveService(serviceType, this.#options.rules)
    const { subAccounts } = await this.#options.read()
    return subAccounts
      .filter((one) => one.serviceType === service.serviceType && one.balance > 0n)
      .map(({ provider, balance, pendingRefund, available }) => ({ provider, balance, pendingRefund, available }))
  }

  /** All ledgers of the contract, a page at a time. */
  async listLedgers(offset = 0, limit = MAX_PAGE): Promise<{ ledgers: LedgerEntry[]; total: number }> {
    for (const [name, value] of Object.entries({ offset, limit }))
      if (!Number.isSafeInteger(value) || value < 0)
        throw new InvalidInputError(`${name} is a whole number from 0 up.`, { [name]: String(value) })
    return this.#options.listLedgers(offset, limit)
  }

  /**
   * Moves money from the ledger to a sub-account, and opens the sub-account where there is none. Where a refund is pending
   * the contract cancels that much of it, newest first, and takes only the rest from the ledger.
   *
   * @param serviceType `inference`, `fine-tuning`, or an exact registered name
   * @param amount 0 opens the sub-account where the deployment allows it, and acknowledges the provider
   * @throws MinimumDepositRequiredError for a new sub-account below the minimum, InsufficientBalanceError,
   *   LedgerNotExistsError, InvalidInputError
   */
  async transferFund(provider: string, serviceType: string, amount: Amount = 0n): Promise<Receipt> {
    const wei = toWei(amount)
    const service = resolveService(serviceType, this.#options.rules)
    const address = toAddress(provider, 'provider')
    // The ledger contract hides these two reverts behind CallFailed, or accepts the call and loses the money.
    if (isZeroAddress(address))
      throw contractError({ operation: 'transferFund', errorName: 'InvalidAddress', errorArgs: { addr: address } })
    if (address === this.#options.wallet && service.serviceType === 'inference')
      throw contractError({ operation: 'transferFund', errorName: 'ProviderCannotBeUser' })
    const id = { provider: address, serviceType: service.serviceType }
    return this.#options.submit(transferIntent(id, wei, this.#options.rules))
  }

  /**
   * Claims what is unlocked and requests a refund of everything else, from every sub-account of a service, in batches. A
   * requested refund is locked for a day by default; after that `claimRefunds` returns it to the ledger.
   *
   * Sub-accounts with nothing to retrieve or claim are left out, and so are those whose five refunds are all locked:
   * one of them would make the contract refuse its whole batch.
   *
   * @throws NothingToRetrieveError with what is still locked and until when
   */
  async retrieveFund(serviceType: string): Promise<RetrieveReceipt> {
    return this.#retrieving.all(serviceType)
  }

  /**
   * As `retrieveFund`, from one provider. It locks everything that is available, so a provider in use stops serving. While
   * something is available, it is therefore refused where auto-funding is on, and where a refund can be claimed
   * (`claimRefunds` does that without a lock).
   *
   * @param options.force requests the refund anyway; with `onPendingRefund: 'reuse'` auto-funding cancels it again
   * @throws WouldLockError with the amount and the end of the lock, AccountNotExistsError, TooManyRefundsError,
   *   NothingToRetrieveError
   */
  async retrieveFundFromProvider(
    provider: string,
    serviceType: string,
    options: { force?: boolean } = {},
  ): Promise<Receipt> {
    return this.#retrieving.from(provider, serviceType, options)
  }

  /**
   * Every pending refund of both services, the next to be unlocked first, and what providers charged from them since this
   * broker reads positions: until it is claimed, a provider can still charge a refund.
   */
  async refunds(): Promise<PendingRefund[]> {
    return this.#options.out.calendar.of(await this.#options.read())
  }

  /** The pending refunds of a position that was read. */
  refundsAt(position: Position): PendingRefund[] {
    return this.#options.out.calendar.of(position)
  }

  /**
   * Returns refunds whose lock is over to the ledger, from one sub-account or from all; what is available in the
   * sub-accounts stays available. The contract claims only together with a retrieve, which locks what is available, so a
   * second transaction puts that back at once; it takes nothing from the ledger. When the process ends in between, the
   * next broker with this journal sends the second one first. For the seconds between the two the provider can charge
   * only the pending refunds. The call retries until the second one is sent; after three refusals at the wallet it gives
   * up, and the next call asks the wallet again.
   *
   * @throws NothingToRetrieveError with what is still locked and until when, AccountNotExistsError, AbortedError when
   *   the signal aborts before anything is sent, NotSentError where the wallet refused either transaction
   */
  async claimRefunds(options?: { signal?: AbortSignal }): Promise<ClaimReceipt>
  async claimRefunds(provider: string, serviceType: string, options?: { signal?: AbortSignal }): Promise<ClaimReceipt>
  async claimRefunds(
    of: string | { signal?: AbortSignal } = {},
    serviceType = '',
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ClaimReceipt> {
    const { out, rules } = this.#options
    if (typeof of !== 'string') return out.claiming().claimAll(of.signal)
    const service = resolveService(serviceType, rules)
    return out.claiming().claim({ provider: toAddress(of, 'provider'), serviceType: service.serviceType }, signal)
  }

  /** Replaces the ledger's additional info; sub-accounts keep the info that they were opened with. */
  async updateAdditionalInfo(info: string): Promise<Receipt> {
    this.#checkInfo('updateAdditionalInfo', info)
    return this.#send({ contract: 'ledger', method: 'updateAdditionalInfo', args: [info] }, 0n)
  }

  /**
   * Returns everything to the wallet: revokes API tokens, retrieves from every sub-account, waits for the locks, claims,
   * withdraws, and deletes what remains. Auto-funding stops first, and is refused until closing is over.
   *
   * The request is recorded in the journal: after a crash, or in another process, the next broker of this wallet that reads
   * positions continues it. A second call waits for the closing that is in progress.
   *
   * @param options.signal ends the wait, and not the closing: `cancelClosing` does
   * @param options.onProgress is called with the progress at each position
   * @returns the receipt of the last step
   * @throws LedgerNotExistsError, AbortedError when the signal aborts the wait or the broker is closed,
   *   ClosingCancelledError, ClosingStuckError
   */
  async closeLedger(options: CloseOptions = {}): Promise<Receipt> {
    return this.#options.closing.close(options)
  }

  /**
   * Cancels a closing before its last step. Revoked tokens, requested refunds and claims stay as they are; auto-funding
   * stays off until it is started again.
   *
   * @returns what stays locked, and until when
   * @throws InvalidInputError where the ledger is not being closed, or the last step is in flight
   */
  async cancelClosing(options: { signal?: AbortSignal | undefined } = {}): Promise<ClosingCancelled> {
    return this.#options.closing.cancel(options)
  }

  /**
   * What closing would do from here: when each sub-account is empty, how many transactions and how much gas it takes.
   * Providers may still charge, pending refunds included; then less is returned.
   *
   * @throws LedgerNotExistsError, ReadError
   */
  async closingPlan(): Promise<ClosingPlan> {
    const position = await this.#options.read()
    this.#account(position, 'closeLedger')
    return this.#options.closingPlanAt(position)
  }

  /** Whether the ledger is being closed, as far as this broker's journal knows. */
  get isClosing(): boolean {
    return this.#options.closing.isWanted()
  }

  /** The progress of closing at the latest position; null while the ledger is not being closed, and before a reading. */
  closingStatus(): ClosingStatus | null {
    return this.#options.closing.status()
  }

  /** The lifecycle actor of the ledger. */
  get actor(): LedgerActor {
    return this.#options.actor
  }

  #send(call: Call, amount: bigint): Promise<Receipt> {
    return this.#options.submit(intentOf(call, { amount }))
  }

  #account({ ledger }: Position, operation = 'getLedger'): LedgerAccount {
    if (!ledger)
      throw contractError({
        operation,
        errorName: 'LedgerNotExists',
        errorArgs: { user: this.#options.wallet },
      })
    const { available, locked, total } = ledger
    return { balance: available, available, locked, totalBalance: total }
  }

  #positive(operation: string, value: bigint): bigint {
    if (value === 0n) throw contractError({ operation, errorName: 'ZeroAmountNotAllowed' })
    return value
  }

  #checkInfo(operation: string, info: string): void {
    if (typeof info !== 'string') throw new TypeError(`info is a string; this is a ${typeof info}.`)
    const max = this.#options.rules.maxInfoBytes
    const length = new TextEncoder().encode(info).length
    if (max !== null && length > max)
      throw contractError({
        operation,
        errorName: 'AdditionalInfoTooLong',
        errorArgs: { length: BigInt(length), max: BigInt(max) },
      })
  }
}

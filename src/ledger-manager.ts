import type { Position, ServiceType, SubAccountElsewhere, SubAccountPosition } from '../machines/position.types.ts'
import { toWei, type Amount } from './base/amounts.ts'
import { checkOptions, isFunction, isSignal } from './base/check-options.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Call, LedgerEntry, Rules } from './chain/port.ts'
import type { Closing } from './closing/closing.ts'
import type { CloseOptions, ClosingCancelled, ClosingPlan, ClosingStatus } from './closing/types.ts'
import { contractError } from './base/contract-errors.ts'
import type { ClaimReceipt } from './refunds/claim.ts'
import { InvalidInputError } from './base/errors.ts'
import { intentOf, transferIntent } from './transactions/build-intent.ts'
import type { LedgerActor } from './lifecycle/ledger-actor.ts'
import type { Refunds } from './refunds/refunds.ts'
import type { PendingRefund } from './refunds/calendar.ts'
import { createRetrievals, type Retrievals, type RetrieveReceipt } from './refunds/retrieve.ts'
import { mayBeElsewhere, resolveService } from './chain/service-name.ts'
import type { SubAccountId } from './base/sub-account-key.ts'
import type { Intent, Receipt } from './transactions/intent.ts'

/** A ledger's money, in wei. `available` (also called `balance`) is free; `locked` lies in sub-accounts. */
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
  /** Sub-accounts that hold money in other versions of the services; left out where there is none. */
  elsewhere?: readonly SubAccountElsewhere[]
}

export type LedgerManagerOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  /** Reads the rules again where they are old: before an amount is refused by one of them. */
  refreshRules: () => Promise<void>
  listLedgers: (offset: number, limit: number) => Promise<{ ledgers: LedgerEntry[]; total: number }>
  submit: (intent: Intent, options?: { signal?: AbortSignal | undefined }) => Promise<Receipt>
  /** Whether auto-funding is on for a sub-account. */
  isKept: (id: SubAccountId) => boolean
  out: Refunds
  actor: LedgerActor
  closing: Pick<Closing, 'close' | 'cancel' | 'isWanted' | 'status'>
  closingPlanAt: (position: Position) => Promise<ClosingPlan>
}

const MAX_PAGE = 50

/** The account API: everything a wallet does with its ledger. Amounts: a `bigint` is wei, a `string` is OG. */
export class LedgerManager {
  readonly #options: LedgerManagerOptions
  readonly #retrievals: Retrievals

  constructor(options: LedgerManagerOptions) {
    this.#options = options
    this.#retrievals = createRetrievals(options)
  }

  /**
   * Opens the wallet's ledger with a deposit.
   *
   * @param info kept with the ledger and copied to each new sub-account; at most 4096 bytes of UTF-8
   * @throws MinimumDepositRequiredError below the contract's minimum, LedgerExistsError, ContractError
   */
  async addLedger(amount: Amount, info = ''): Promise<Receipt> {
    const value = this.#positive('addLedger', toWei(amount))
    const { rules, refreshRules } = this.#options
    if (value < (rules.minLedgerBalance ?? 0n)) await refreshRules()
    const { minLedgerBalance } = rules
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
   * Adds to the wallet's ledger, and opens it where there is none and the amount is at least the minimum.
   *
   * @throws MinimumDepositRequiredError without a ledger and below the minimum, ContractError
   */
  async depositFund(amount: Amount): Promise<Receipt> {
    const value = this.#positive('depositFund', toWei(amount))
    return this.#send({ contract: 'ledger', method: 'depositFund', args: [], value }, value)
  }

  /** Adds to another wallet's ledger; the money is that wallet's from then on. Otherwise as `depositFund`. */
  async depositFundFor(recipient: string, amount: Amount): Promise<Receipt> {
    const address = toAddress(recipient, 'recipient')
    if (isZeroAddress(address)) throw contractError({ operation: 'depositFundFor', errorName: 'ZeroAddressNotAllowed' })
    const value = this.#positive('depositFundFor', toWei(amount))
    return this.#send({ contract: 'ledger', method: 'depositFundFor', args: [address], value }, value)
  }

  /**
   * Withdraws from the ledger to the wallet: an amount, or `'all'` that is available. What stays must be nothing or at
   * least the contract's minimum, and what lies in sub-accounts stays there. When that empties ledger and sub-accounts,
   * the contract deletes them. It waits for what is on its way to or from the ledger.
   *
   * @throws MinimumDepositRequiredError with the amounts that are possible, InsufficientBalanceError,
   *   NothingToWithdrawError, LedgerNotExistsError
   */
  async refund(amount: Amount): Promise<Receipt> {
    return this.#options.out.withdrawals.refund(amount)
  }

  /**
   * Deletes a ledger that holds nothing any more. `closeLedger` does all that comes before.
   *
   * @throws MustWithdrawAllFundsFirstError before anything is sent, LedgerNotExistsError
   */
  async deleteLedger(): Promise<Receipt> {
    return this.#options.out.withdrawals.deleteEmpty()
  }

  /** @throws LedgerNotExistsError when the contract says that there is none; ReadError when it could not be asked */
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
      ...(position.elsewhere && { elsewhere: position.elsewhere }),
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
   * Moves money from the ledger to a sub-account, and opens that where there is none. On a sub-account with a pending
   * refund it first cancels that much of the refund, newest first, and takes only the rest from the ledger.
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
    // What follows LedgerManager hides behind CallFailed, or lets pass and loses.
    if (isZeroAddress(address))
      throw contractError({ operation: 'transferFund', errorName: 'InvalidAddress', errorArgs: { addr: address } })
    if (address === this.#options.wallet && service.serviceType === 'inference')
      throw contractError({ operation: 'transferFund', errorName: 'ProviderCannotBeUser' })
    const id = { provider: address, serviceType: service.serviceType }
    return this.#options.submit(transferIntent(id, wei, this.#options.rules))
  }

  /**
   * Claims what is unlocked and asks everything else back, from every sub-account of a service, in batches. The lock
   * (a day by default) starts anew for what is asked back; after it `claimRefunds` brings it home.
   *
   * Sub-accounts with nothing to retrieve or claim are left out, and so are those whose five refunds are all locked:
   * one of them would make the contract refuse its whole batch.
   *
   * @param serviceType a service type, an exact registered name, or that of a version in `position.elsewhere`
   * @throws NothingToRetrieveError with what is still locked and until when
   */
  async retrieveFund(serviceType: string): Promise<RetrieveReceipt> {
    return this.#retrievals.all(serviceType)
  }

  /**
   * As `retrieveFund`, from one provider. Everything free is locked: a live provider stops serving. So it is refused
   * where auto-funding is on for it, and where something is to be claimed (`claimRefunds` does that and locks nothing),
   * unless nothing is free.
   *
   * @param serviceType as for `retrieveFund`; in a version of `position.elsewhere` nothing is refused as a surprise
   * @param options.force asks everything back all the same; with `onPendingRefund: 'reuse'` auto-funding undoes it
   * @throws WouldLockError with what would be locked and until when, AccountNotExistsError, TooManyRefundsError,
   *   NothingToRetrieveError
   */
  async retrieveFundFromProvider(
    provider: string,
    serviceType: string,
    options: { force?: boolean } = {},
  ): Promise<Receipt> {
    return this.#retrievals.from(provider, serviceType, options)
  }

  /**
   * Every pending refund of both services, the next to be unlocked first, and what providers were paid from them since
   * this broker reads positions: a refund is money that a provider can still charge.
   */
  async refunds(): Promise<PendingRefund[]> {
    return this.#options.out.calendar.of(await this.#options.read())
  }

  /** The same for a position that was read. */
  refundsAt(position: Position): PendingRefund[] {
    return this.#options.out.calendar.of(position)
  }

  /**
   * Brings refunds home whose lock is over, from one sub-account or from all, and leaves what is free where it is. The
   * contract claims only while it locks what is free; that is put back at once by a second transaction, which costs the
   * ledger nothing, also when the process is lost in between: the next broker with this journal does it first. For the
   * seconds between the two the provider has nothing to charge but what is pending. Whatever keeps the second from being
   * sent is waited for; a person who refuses it at the wallet three times is asked again by the next call.
   *
   * Of versions in `position.elsewhere`, it claims from sub-accounts where nothing is available: there is no putting back.
   *
   * @throws NothingToRetrieveError with what is still locked and until when, AccountNotExistsError, AbortedError when
   *   the signal aborts before anything is sent, NotSentError where the wallet refused, also what was to be put back
   */
  async claimRefunds(options?: { signal?: AbortSignal }): Promise<ClaimReceipt>
  async claimRefunds(provider: string, serviceType: string, options?: { signal?: AbortSignal }): Promise<ClaimReceipt>
  async claimRefunds(
    of: string | { signal?: AbortSignal } = {},
    serviceType = '',
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ClaimReceipt> {
    const { out, rules } = this.#options
    const claims = out.claims()
    if (typeof of !== 'string') return claims.claimAll(of.signal)
    const provider = toAddress(of, 'provider')
    if (mayBeElsewhere(serviceType, rules)) return claims.claimIn(serviceType, provider, signal)
    return claims.claim({ provider, serviceType: resolveService(serviceType, rules).serviceType }, signal)
  }

  /** Replaces the ledger's additional info; sub-accounts keep what they were opened with. */
  async updateAdditionalInfo(info: string): Promise<Receipt> {
    this.#checkInfo('updateAdditionalInfo', info)
    return this.#send({ contract: 'ledger', method: 'updateAdditionalInfo', args: [info] }, 0n)
  }

  /**
   * Brings everything home: revokes API tokens, retrieves from every sub-account, waits for the lock, claims, withdraws,
   * and deletes what remains. Auto-funding is stopped first, and refused until it is over.
   *
   * That it is wanted is recorded in the journal: after a crash, or in another process, the next broker of this wallet
   * that reads positions goes on with it by itself. Called again, it waits for the closing that is under way.
   *
   * @param options.signal ends the wait, and not the closing: `cancelClosing` does
   * @param options.onProgress hears how far it has come, at each position
   * @returns the receipt of the last step
   * @throws LedgerNotExistsError, AbortedError when the signal aborts the wait or the broker is closed,
   *   ClosingCancelledError, ClosingStuckError
   */
  async closeLedger(options: CloseOptions = {}): Promise<Receipt> {
    checkOptions('closeLedger', options, { signal: isSignal, onProgress: isFunction })
    return this.#options.closing.close(options)
  }

  /**
   * Ends a closing before its last step. What was revoked, asked back and claimed stays so; auto-funding stays off until
   * it is started again.
   *
   * @returns what stays locked, and until when
   * @throws InvalidInputError where nothing is being closed, or the last step is on its way
   */
  async cancelClosing(options: { signal?: AbortSignal | undefined } = {}): Promise<ClosingCancelled> {
    checkOptions('cancelClosing', options, { signal: isSignal })
    return this.#options.closing.cancel(options)
  }

  /**
   * What closing would do from here: when each sub-account is home, how many transactions and how much gas it takes.
   * Providers may still charge, also from what is asked back; then less comes home.
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

  /** How far closing has come, at the latest position; null while nothing is being closed, or was read. */
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

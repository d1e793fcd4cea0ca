import type { Position } from '../../machines/position.types.ts'
import { abortable } from '../base/abortable.ts'
import type { Amount } from '../base/amounts.ts'
import { isFunction } from '../base/check-options.ts'
import type { Lazy } from '../base/lazy.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toAddress } from '../chain/address.ts'
import type { LedgerEntry, Rules } from '../chain/port.ts'
import { mayBeElsewhere, resolveService, type ServiceName } from '../chain/service-name.ts'
import type { Closing } from '../closing/closing.ts'
import type { CloseOptions, ClosingCancelled, ClosingPlan, ClosingStatus } from '../closing/types.ts'
import type { AutoDepositActor, AutoDepositStatus } from '../funding/auto-deposit.ts'
import type { AutoDepositConfig } from '../funding/config/auto-deposit-config.ts'
import type { EnsureLedgerOptions } from '../funding/ensure-ledger.ts'
import type { LedgerFunding } from '../funding/paying.ts'
import type { LedgerActor } from '../lifecycle/ledger-actor.ts'
import type { PendingRefund, RefundCalendar } from '../refunds/calendar.ts'
import type { ClaimReceipt, Claims } from '../refunds/claim.ts'
import type { RetrieveReceipt } from '../refunds/retrieve.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { checkForced, checkReading, checkSending, type ReadingOptions } from './call-options.ts'
import type { LedgerCalls } from './calls.ts'
import {
  balancesIn,
  ledgerDetailIn,
  ledgerIn,
  type LedgerAccount,
  type LedgerDetail,
  type ProviderBalance,
} from './ledger-views.ts'

export type LedgerManagerOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  listLedgers: (offset: number, limit: number) => Promise<{ ledgers: LedgerEntry[]; total: number }>
  /** The calls that send; without a signer their use throws, as does that of `closing`. */
  calls: Lazy<LedgerCalls>
  /** Throws without a signer, and while the ledger is being closed. */
  claims: () => Claims
  calendar: Pick<RefundCalendar, 'of'>
  funding: Lazy<LedgerFunding>
  life: { readonly actor: LedgerActor }
  closing: Lazy<Pick<Closing, 'close' | 'cancel' | 'status'>>
  /** Whether the ledger is to be closed. */
  isClosing: () => boolean
  closingPlanAt: (position: Position) => Promise<ClosingPlan>
}

const MAX_PAGE = 50

/** The account API: everything a wallet does with its ledger. Amounts: a `bigint` is wei, a `string` is OG. */
export class LedgerManager {
  readonly #options: LedgerManagerOptions

  constructor(options: LedgerManagerOptions) {
    this.#options = options
  }

  /**
   * Opens the wallet's ledger with a deposit.
   *
   * @param info kept with the ledger and copied to each new sub-account; at most 4096 bytes of UTF-8
   * @throws MinimumDepositRequiredError below the contract's minimum, LedgerExistsError, ContractError
   */
  async addLedger(amount: Amount, info = '', options: SendingOptions = {}): Promise<Receipt> {
    checkSending('addLedger', options)
    return this.#options.calls.part.deposits.open(amount, info, options)
  }

  /**
   * Adds to the wallet's ledger, and opens it where there is none and the amount is at least the minimum.
   *
   * @throws MinimumDepositRequiredError without a ledger and below the minimum, ContractError
   */
  async depositFund(amount: Amount, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('depositFund', options)
    return this.#options.calls.part.deposits.add(amount, options)
  }

  /**
   * Adds to another wallet's ledger; the money is that wallet's from then on. Otherwise as `depositFund`.
   *
   * @throws InvalidInputError for a contract of the deployment, which could never withdraw it
   */
  async depositFundFor(recipient: string, amount: Amount, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('depositFundFor', options)
    return this.#options.calls.part.deposits.addFor(recipient, amount, options)
  }

  /**
   * Sees to it, once, that the ledger has at least `amount` available, less what is on its way out: deposits what is missing
   * (the contract's minimum where there is no ledger), and nothing when enough is there. Calls wait for one another, for
   * auto-deposit, and for deposits and withdrawals on their way. The limits of auto-deposit hold where that is on, and the
   * wallet keeps the gas of a full exit.
   *
   * @param options.max the most that the ledger may have available afterwards
   * @param options.timeoutMs how long to wait for another process that has the journal, in milliseconds; 120 000 by default
   * @returns the receipt, or null when enough was there
   * @throws BudgetExhaustedError where a limit forbids it, InsufficientGasError where the wallet has too little,
   *   LedgerClosingError, InDoubtError, AbortedError before anything is sent, LockedError, which names it, where not enough is there
   *   and another process has this wallet's journal until the time is over
   */
  async ensureFunded(amount: Amount, options: EnsureLedgerOptions = {}): Promise<Receipt | null> {
    return this.#options.calls.part.ensureFunded.part(amount, options)
  }

  /**
   * Keeps the ledger filled from the wallet, from now on: once less than `trigger` stays available beside what sub-accounts
   * need now, it deposits up to `target`, one deposit at a time. It opens the ledger where there is none. Started again, it
   * goes on with the new config.
   *
   * @returns the actor that shows what is being done, and why nothing is
   * @throws InvalidInputError for a config that cannot work, LedgerClosingError while the ledger is being closed
   */
  startAutoDeposit(config: AutoDepositConfig): AutoDepositActor {
    return this.#options.calls.part.startAutoDeposit(config)
  }

  /** Stops auto-deposit. A deposit that was sent is followed to its end. */
  stopAutoDeposit(): void {
    this.#options.funding.made?.autoDeposit.stop()
  }

  /** Whether auto-deposit is on. */
  hasAutoDeposit(): boolean {
    return this.autoDepositStatus() !== null
  }

  /** Where auto-deposit stands; null while it is off. */
  autoDepositStatus(): AutoDepositStatus | null {
    return this.#options.funding.made?.autoDeposit.status() ?? null
  }

  /**
   * Withdraws from the ledger to the wallet: an amount, or `'all'` that is available. What stays must be nothing or at
   * least the contract's minimum, and what lies in sub-accounts stays there. When that empties ledger and sub-accounts,
   * the contract deletes them. It waits for what is on its way to or from the ledger.
   *
   * @throws MinimumDepositRequiredError with the amounts that are possible, InsufficientBalanceError,
   *   NothingToWithdrawError, LedgerNotExistsError, InDoubtError where only a wallet knows what is on its way
   */
  async refund(amount: Amount, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('refund', options)
    return this.#options.calls.part.withdrawals.refund(amount, options)
  }

  /**
   * Deletes a ledger that holds nothing any more. `closeLedger` does all that comes before.
   *
   * @throws MustWithdrawAllFundsFirstError before anything is sent, LedgerNotExistsError
   */
  async deleteLedger(options: SendingOptions = {}): Promise<Receipt> {
    checkSending('deleteLedger', options)
    return this.#options.calls.part.withdrawals.deleteEmpty(options)
  }

  /** @throws LedgerNotExistsError when the contract says that there is none; ReadError when it could not be asked */
  async getLedger(options: ReadingOptions = {}): Promise<LedgerAccount> {
    checkReading('getLedger', options)
    return ledgerIn(await this.#options.read(options.signal), this.#options.wallet)
  }

  /** The ledger with every sub-account of both services, all at one block: one read. */
  async getLedgerWithDetail(options: ReadingOptions = {}): Promise<LedgerDetail> {
    checkReading('getLedgerWithDetail', options)
    return ledgerDetailIn(await this.#options.read(options.signal), this.#options.wallet)
  }

  /** Providers of one service type that hold money of this wallet. */
  async getProvidersWithBalance(serviceType: ServiceName, options: ReadingOptions = {}): Promise<ProviderBalance[]> {
    checkReading('getProvidersWithBalance', options)
    const { serviceType: type } = resolveService(serviceType, this.#options.rules)
    return balancesIn(await this.#options.read(options.signal), type)
  }

  /** All ledgers of the contract, a page at a time. */
  async listLedgers(
    offset = 0,
    limit = MAX_PAGE,
    options: ReadingOptions = {},
  ): Promise<{ ledgers: LedgerEntry[]; total: number }> {
    checkReading('listLedgers', options)
    for (const [name, value] of Object.entries({ offset, limit }))
      if (!Number.isSafeInteger(value) || value < 0)
        throw new InvalidInputError(`${name} is a whole number from 0 up.`, { [name]: String(value) })
    return abortable(this.#options.listLedgers(offset, limit), options.signal)
  }

  /**
   * Moves money from the ledger to a sub-account, and opens that where there is none. On a sub-account with a pending
   * refund it first cancels that much of the refund, newest first, and takes only the rest from the ledger.
   *
   * An address that does not offer the service is refused, unless nothing leaves the ledger: an amount of 0, or one that
   * a pending refund covers.
   *
   * @param serviceType `inference`, `fine-tuning`, or an exact registered name
   * @param amount 0 opens the sub-account where the deployment allows it, and acknowledges the provider
   * @param options.force pays also an address that does not offer the service
   * @param options.signal ends the wait before anything is sent
   * @throws ServiceNotOfferedError, ReadError where the services of the address cannot be read
   * @throws PutBackPendingError while what was free there before a claim cannot be put back, InDoubtError where a wallet
   *   alone knows what is on its way there
   * @throws MinimumDepositRequiredError for a new sub-account below the minimum, InsufficientBalanceError,
   *   LedgerNotExistsError, InvalidInputError
   */
  async transferFund(
    provider: string,
    serviceType: ServiceName,
    amount: Amount = 0n,
    options: SendingOptions & { force?: boolean } = {},
  ): Promise<Receipt> {
    checkForced('transferFund', options)
    return this.#options.calls.part.transfer({ provider, serviceType }, amount, options)
  }

  /**
   * Claims what is unlocked and asks everything else back, from every sub-account of a service, in batches. The lock
   * (a day by default) starts anew for what is asked back; after it `claimRefunds` brings it home.
   *
   * Sub-accounts with nothing to retrieve or claim are left out, and so are those whose five refunds are all locked:
   * one of them would make the contract refuse its whole batch. Those whose put-back cannot be sent are left out, too, and
   * `leftOut` of the result says why.
   *
   * @param serviceType a service type, an exact registered name, or that of a version in `position.elsewhere`
   * @param options.signal ends the wait before anything is sent
   * @throws NothingToRetrieveError with what is still locked and until when, PutBackPendingError where every sub-account was
   *   left out, PartlyDoneError with the receipts where one of several transactions failed
   */
  async retrieveFund(serviceType: ServiceName, options: SendingOptions = {}): Promise<RetrieveReceipt> {
    checkSending('retrieveFund', options)
    return this.#options.calls.part.retrievals.all(serviceType, options)
  }

  /**
   * As `retrieveFund`, from one provider. Everything free is locked: a live provider stops serving. So it is refused
   * where auto-funding is on for it, and where something is to be claimed (`claimRefunds` does that and locks nothing),
   * unless nothing is free.
   *
   * @param serviceType as for `retrieveFund`; in a version of `position.elsewhere` nothing is refused as a surprise
   * @param options.force asks everything back all the same; with `onPendingRefund: 'reuse'` auto-funding undoes it. What was
   *   free before a claim, and cannot be put back, then stays asked back
   * @param options.signal ends the wait before anything is sent
   * @throws PutBackPendingError while what was free there before a claim cannot be put back, WouldLockError with what would be locked
   *   and until when, AccountNotExistsError, TooManyRefundsError, NothingToRetrieveError
   */
  async retrieveFundFromProvider(
    provider: string,
    serviceType: ServiceName,
    options: SendingOptions & { force?: boolean } = {},
  ): Promise<Receipt> {
    checkForced('retrieveFundFromProvider', options)
    return this.#options.calls.part.retrievals.from(provider, serviceType, options)
  }

  /**
   * Every pending refund of both services, the next to be unlocked first, and what providers were paid from them since
   * this broker reads positions: a refund is money that a provider can still charge.
   */
  async refunds(options: ReadingOptions = {}): Promise<PendingRefund[]> {
    checkReading('refunds', options)
    return this.#options.calendar.of(await this.#options.read(options.signal))
  }

  /** The same for a position that was read. */
  refundsAt(position: Position): PendingRefund[] {
    return this.#options.calendar.of(position)
  }

  /**
   * Brings refunds home whose lock is over, from one sub-account or from all, and leaves what is free where it is. The
   * contract claims only while it locks what is free; that is put back at once by a second transaction, which costs the
   * ledger nothing, also when the process is lost in between: the next broker with this journal does it first. For the
   * seconds between the two the provider has nothing to charge but what is pending. Whatever keeps the second from being
   * sent is waited for, two minutes long or until the signal aborts: the broker goes on trying after that, other calls about
   * that sub-account are refused with PutBackPendingError meanwhile, and calls about all leave it out (`leftOut`). A person
   * who refuses it at the wallet three times is asked again by the next call.
   *
   * Of versions in `position.elsewhere`, it claims from sub-accounts where nothing is available: there is no putting back.
   *
   * @throws NothingToRetrieveError with what is still locked and until when, AccountNotExistsError, AbortedError when
   *   the signal aborts before anything is sent, NotSentError where the wallet refused, also what was to be put back,
   *   PutBackPendingError where that could not be put back so far, PartlyDoneError with what was claimed where one of several claims failed
   */
  async claimRefunds(options?: SendingOptions): Promise<ClaimReceipt>
  async claimRefunds(provider: string, serviceType: ServiceName, options?: SendingOptions): Promise<ClaimReceipt>
  async claimRefunds(
    of: string | SendingOptions = {},
    serviceType: ServiceName = '',
    named: SendingOptions = {},
  ): Promise<ClaimReceipt> {
    const options = typeof of === 'string' ? named : of
    checkSending('claimRefunds', options)
    const { rules } = this.#options
    const claims = this.#options.claims()
    if (typeof of !== 'string') return claims.claimAll(options)
    const provider = toAddress(of, 'provider')
    if (mayBeElsewhere(serviceType, rules)) return claims.claimIn(serviceType, provider, options)
    return claims.claim({ provider, serviceType: resolveService(serviceType, rules).serviceType }, options)
  }

  /** Replaces the ledger's additional info; sub-accounts keep what they were opened with. */
  async updateAdditionalInfo(info: string, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('updateAdditionalInfo', options)
    return this.#options.calls.part.deposits.inform(info, options)
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
    checkSending('closeLedger', options, { onProgress: isFunction })
    return this.#options.closing.part.close(options)
  }

  /**
   * Ends a closing before its last step. What was revoked, asked back and claimed stays so; auto-funding stays off until
   * it is started again.
   *
   * @returns what stays locked, and until when
   * @throws InvalidInputError where nothing is being closed, or the last step is on its way
   */
  async cancelClosing(options: ReadingOptions = {}): Promise<ClosingCancelled> {
    checkReading('cancelClosing', options)
    return this.#options.closing.part.cancel(options)
  }

  /**
   * What closing would do from here: when each sub-account is home, how many transactions and how much gas it takes.
   * Providers may still charge, also from what is asked back; then less comes home.
   *
   * @throws LedgerNotExistsError, ReadError
   */
  async closingPlan(options: ReadingOptions = {}): Promise<ClosingPlan> {
    checkReading('closingPlan', options)
    const position = await this.#options.read(options.signal)
    ledgerIn(position, this.#options.wallet, 'closeLedger')
    return abortable(this.#options.closingPlanAt(position), options.signal)
  }

  /** Whether the ledger is being closed, as far as this broker's journal knows. */
  get isClosing(): boolean {
    return this.#options.isClosing()
  }

  /** How far closing has come, at the latest position; null while nothing is being closed, or was read. */
  closingStatus(): ClosingStatus | null {
    return this.#options.closing.made?.status() ?? null
  }

  /** The lifecycle actor of the ledger. */
  get actor(): LedgerActor {
    return this.#options.life.actor
  }
}

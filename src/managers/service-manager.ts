import type { Position, ServiceType } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { Amount } from '../base/amounts.ts'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Lazy } from '../base/lazy.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { AutoFunding } from '../funding/auto-funding.ts'
import type { AutoFundingConfig } from '../funding/config/auto-funding-config.ts'
import type { AutoFundingActor } from '../funding/funded-accounts.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { checkForced, checkReading, type ReadingOptions } from './call-options.ts'
import type { ServiceCalls } from './calls.ts'
import type { EnsureFundedOptions, FundingReceipt } from './ensure-funded.ts'
import { fundingStatusOf, type AutoFundingStatus, type StatusFacts } from './funding-status.ts'
import { payableId } from './payable.ts'
import type { StartAutoFunding } from './start-auto-funding.ts'

export type ServiceManagerOptions = {
  wallet: string
  rules: Rules
  serviceType: ServiceType
  read: (signal?: AbortSignal) => Promise<Position>
  /** The calls that send; without a signer their use throws. */
  calls: Lazy<Pick<ServiceCalls, 'checkEnsuring' | 'fill' | 'acknowledgement'>>
  statusFacts: () => StatusFacts
  /** Without a signer its use throws. */
  start: Lazy<StartAutoFunding>
  autoFunding: Pick<AutoFunding, 'stop' | 'pause' | 'all'>
}

/** Auto-funding and acknowledgement for the sub-accounts of one service type. */
export class ServiceManager {
  readonly #options: ServiceManagerOptions

  constructor(options: ServiceManagerOptions) {
    this.#options = options
  }

  /**
   * Keeps the sub-account with a provider funded, from now on: whenever less than `required` is available, what is
   * missing is transferred from the ledger, once. Started again, it goes on with the new config. While the provider offers
   * no such service, it holds (`provider-unregistered`).
   *
   * @returns the actor that shows what is being done, and why nothing is
   * @throws InvalidInputError for a config that cannot work, LedgerClosingError while the ledger is being closed
   */
  startAutoFunding(provider: string, config: AutoFundingConfig = {}): AutoFundingActor {
    return this.#options.start.part(this.#id(provider), config).chart.actor
  }

  /** Stops for one provider, or for all of this service type. A transaction that was sent is followed to its end. */
  stopAutoFunding(provider?: string): void {
    for (const id of this.#ids(provider)) this.#options.autoFunding.stop(id)
  }

  /** Holds auto-funding for one provider, or for all of this service type, until it is resumed (`paused`). */
  pauseAutoFunding(provider?: string): void {
    for (const id of this.#ids(provider)) this.#options.autoFunding.pause(id, true)
  }

  /** Goes on after a pause. */
  resumeAutoFunding(provider?: string): void {
    for (const id of this.#ids(provider)) this.#options.autoFunding.pause(id, false)
  }

  /** Whether auto-funding is on for the provider. */
  hasAutoFunding(provider: string): boolean {
    const { provider: address } = this.#id(provider)
    return this.#own().some(({ id }) => id.provider === address)
  }

  /** Where auto-funding stands: for one provider (empty when it is off), or for all. */
  autoFundingStatus(provider?: string): AutoFundingStatus[] {
    const address = provider === undefined ? null : this.#id(provider).provider
    const facts = this.#options.statusFacts()
    return this.#own()
      .filter(({ id }) => address === null || id.provider === address)
      .map((account) => fundingStatusOf(account, facts))
  }

  /**
   * Makes sure, once, that the provider can charge at least `amount`: transfers what is missing (the contract's minimum
   * for a new sub-account) and nothing when enough is there. Without an amount it is the level at which auto-funding tops
   * up, with the unsettled fee that the provider names now. For programs that run briefly and often.
   *
   * Calls for one sub-account wait for one another, and for auto-funding, so that nothing is paid twice. Budgets hold.
   *
   * @returns the receipt with warnings, or null when enough was there. The logger receives each warning as well
   * @throws ServiceNotOfferedError when something is missing and the address does not offer the service, ReadError when
   *   that cannot be read
   * @throws ContractError when the ledger cannot pay for it, RefundPendingError when it would undo a refund,
   *   BudgetExhaustedError when a limit forbids it, InsufficientGasError when the wallet's gas is down to its reserve,
   *   LedgerClosingError, NotFundedError when it takes longer or is charged faster than it can be filled; a transaction
   *   that was sent is followed to its end, and counts when called again; LockedError, which names it, where not enough is there and
   *   another process has this wallet's journal until the time is over
   */
  async ensureFunded(
    provider: string,
    amount?: Amount,
    options: EnsureFundedOptions = {},
  ): Promise<FundingReceipt | null> {
    const { checkEnsuring, fill } = this.#options.calls.part
    checkEnsuring(options)
    return fill(this.#id(provider), amount, options)
  }

  /**
   * Accepts the signer that the provider's service runs with. Every transfer to a provider does so by itself: where
   * there is no sub-account yet, one is opened with the contract's minimum, in one transaction.
   *
   * With `false` it takes the acceptance back, which the contract allows only for a sub-account that holds nothing, not
   * even a pending refund.
   *
   * @param options.force opens a sub-account also with an address that does not offer the service
   * @param options.signal ends the wait before anything is sent
   * @returns the receipt, or null when it was accepted already, or was not and shall not be
   * @throws ServiceNotOfferedError when a sub-account has to be opened and the address does not offer the service
   * @throws ContractError when the ledger cannot pay for a sub-account that has to be opened; with its `balance`
   *   (`CannotRevokeWithNonZeroBalance`) when the acceptance of a sub-account that holds money is to be taken back
   * @throws InvalidInputError when it is to be taken back while auto-funding is on for the provider
   * @throws PutBackPendingError while what was free there before a claim cannot be put back, InDoubtError where a wallet
   *   alone knows what is on its way there
   */
  async acknowledgeProviderSigner(
    provider: string,
    accepted = true,
    options: SendingOptions & { force?: boolean } = {},
  ): Promise<Receipt | null> {
    checkForced('acknowledgeProviderSigner', options)
    const id = this.#id(provider)
    if (typeof accepted !== 'boolean')
      throw new InvalidInputError('accepted is true or false.', { accepted: describeValue(accepted) })
    const { acknowledgement } = this.#options.calls.part
    return accepted ? acknowledgement.accept(id, options) : acknowledgement.takeBack(id, options)
  }

  /** Whether the wallet accepts the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string, options: ReadingOptions = {}): Promise<boolean> {
    checkReading('acknowledged', options)
    const id = this.#id(provider)
    return subAccountIn(await this.#options.read(options.signal), id)?.acknowledged ?? false
  }

  #own() {
    return this.#options.autoFunding.all().filter(({ id }) => id.serviceType === this.#options.serviceType)
  }

  /** One provider, or all that auto-funding is on for. */
  #ids(provider: string | undefined): readonly SubAccountId[] {
    return provider === undefined ? this.#own().map(({ id }) => id) : [this.#id(provider)]
  }

  #id(provider: string): SubAccountId {
    return payableId(provider, this.#options.serviceType, this.#options.wallet)
  }
}

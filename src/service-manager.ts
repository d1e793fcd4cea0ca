import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import type { Position, ServiceType, SubAccountPosition } from '../machines/position.types.ts'
import type { NodeRefusal } from '../machines/transaction/transaction.types.ts'
import { subAccountIn } from '../machines/sub-account/sub-account.facts.ts'
import type { SnapshotFrom } from 'xstate'
import { toWei, weiToOg, type Amount } from './base/amounts.ts'
import {
  anything,
  checkOptions,
  isBoolean,
  isFunction,
  isMilliseconds,
  isOneOf,
  isSignal,
  type Fields,
} from './base/check-options.ts'
import { checkForced, checkReading, type ReadingOptions } from './call-options.ts'
import type { SendingOptions } from './transactions/lane.ts'
import { toPolicy, type AutoFundingPolicy } from './funding/config/auto-funding-policy.ts'
import type { AutoFundingConfig } from './funding/config/auto-funding-config.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Rules } from './chain/port.ts'
import type { Clock } from './base/clock.ts'
import { contractError } from './base/contract-errors.ts'
import { describeValue } from './base/describe-value.ts'
import { inMs, type Duration } from './base/durations.ts'
import { InvalidInputError } from './base/errors.ts'
import type { Funding } from './funding/funding.ts'
import type { OnDemand } from './funding/on-demand.ts'
import type { AutoFundingActor, FundedAccount } from './funding/funded-accounts.ts'
import type { Logger } from './base/logger.ts'
import type { Payees } from './provider/payees.ts'
import { intentOf, transferIntent } from './transactions/build-intent.ts'
import { contractOf } from './chain/service-name.ts'
import { keyOf, type SubAccountId } from './base/sub-account-key.ts'
import type { Intent, Receipt } from './transactions/intent.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
  /** What the provider says it has served and not charged yet, in wei, and why that is not known anew. */
  unsettledFee: bigint
  feeError: string | null
  /** Block time at which the provider said so, in seconds: its age. Null before, and where no source is asked. */
  feeAt: number | null
  /** Block time of the position that this rests on, in seconds; null before the first. */
  asOf: number | null
  /** For how long readings fail, in seconds: all this is as of the last one that did not. Null while they succeed. */
  failingFor: number | null
  /** What the node said of a transaction for it that it does not take now; null otherwise. */
  refusal: NodeRefusal | null
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

export type EnsureFundedOptions = SendingOptions & {
  /** How long to try, in milliseconds or as `'2m'`; 120 000 by default. */
  timeoutMs?: number | Duration
  /** What is pending there as a refund: `hold` refuses to undo it, `reuse` takes from it first. */
  onPendingRefund?: 'hold' | 'reuse'
  /** The most to send for it, in all: once that is sent it is done, whatever is charged meanwhile. No limit by default. */
  atMost?: Amount
  /** Pays also an address that does not offer the service; `false` by default. */
  force?: boolean
}

/** The receipt of the last transfer, and what the caller should know. */
export type FundingReceipt = Receipt & { warnings: string[] }

/** What every status says beside the state of its actor. */
export type StatusFacts = Pick<AutoFundingStatus, 'asOf' | 'failingFor'> & {
  /** By key of the sub-account. */
  refusals: ReadonlyMap<string, NodeRefusal>
}

export type ServiceManagerOptions = {
  statusFacts: () => StatusFacts
  serviceType: ServiceType
  wallet: string
  rules: Rules
  minLockedBalance: bigint
  clock: Clock
  logger: Logger
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
  /** Fills a sub-account now, and works alone with it. */
  onDemand: OnDemand
  /** The level at which auto-funding tops up, with the unsettled fee asked anew. */
  required: Funding['required']
  /** What the provider keeps in reserve, with its known unsettled fee, in wei. */
  reserveOf: (id: SubAccountId) => bigint
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  autoFunding: {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor
    stop(id: SubAccountId): void
    pause(id: SubAccountId, paused: boolean): void
    all(): readonly FundedAccount[]
  }
  /** The check of who is paid. */
  payees: Payees
}

const ensureFields: Fields<EnsureFundedOptions> = {
  signal: isSignal,
  onSent: isFunction,
  timeoutMs: isMilliseconds({ least: 0, most: Infinity }),
  onPendingRefund: isOneOf('hold', 'reuse'),
  // toWei says what an amount is.
  atMost: anything,
  force: isBoolean,
}

const ENSURE_TIMEOUT_MS = 120_000

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
    const id = this.#id(provider)
    const { serviceNames } = this.#options.rules
    if (serviceNames[id.serviceType] === undefined)
      throw contractError({ operation: 'startAutoFunding', errorName: 'ServiceNotFound' })
    const policy = toPolicy(config, this.#options.minLockedBalance)
    this.#checkIdleness(id, policy)
    return this.#options.autoFunding.start(id, policy)
  }

  /** A provider may settle as late as the lock of a refund ends: without a charge for less than that it is no idle one. */
  #checkIdleness({ provider, serviceType }: SubAccountId, { reclaim }: AutoFundingPolicy): void {
    const lock = this.#options.rules.lockTimes[serviceType] ?? 0
    if (reclaim && reclaim.after < lock)
      throw new InvalidInputError('after of reclaimIdle is at least as long as the lock of a refund.', {
        provider,
        after: `${reclaim.after} s`,
        lock: `${lock} s`,
      })
  }

  /** Stops for one provider, or for all of this service type. A transaction that was sent is followed to its end. */
  stopAutoFunding(provider?: string): void {
    const ids = provider === undefined ? this.#own().map(({ id }) => id) : [this.#id(provider)]
    for (const id of ids) this.#options.autoFunding.stop(id)
  }

  /** Holds auto-funding for one provider, or for all of this service type, until it is resumed (`paused`). */
  pauseAutoFunding(provider?: string): void {
    this.#pause(provider, true)
  }

  /** Goes on after a pause. */
  resumeAutoFunding(provider?: string): void {
    this.#pause(provider, false)
  }

  /** Whether auto-funding is on for the provider. */
  hasAutoFunding(provider: string): boolean {
    const { provider: address } = this.#id(provider)
    return this.#own().some(({ id }) => id.provider === address)
  }

  /** Where auto-funding stands: for one provider (empty when it is off), or for all. */
  autoFundingStatus(provider?: string): AutoFundingStatus[] {
    const address = provider === undefined ? null : this.#id(provider).provider
    const { asOf, failingFor, refusals } = this.#options.statusFacts()
    return this.#own()
      .filter(({ id }) => address === null || id.provider === address)
      .map(({ id, actor, fee }) => {
        const { value, context } = actor.getSnapshot()
        const { reason, lastTopUp, topUps, paid, failure } = context
        const { fee: unsettledFee, error: feeError, readAt: feeAt } = fee.known()
        const { provider, serviceType } = id
        return {
          provider,
          serviceType,
          state: value,
          reason,
          lastTopUp,
          topUps,
          paid,
          failure,
          unsettledFee,
          feeError,
          feeAt,
          asOf,
          failingFor,
          refusal: refusals.get(keyOf(id)) ?? null,
        }
      })
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
    checkOptions('ensureFunded', options, ensureFields)
    const id = this.#id(provider)
    const given = amount === undefined ? null : toWei(amount)
    const atMost = options.atMost === undefined ? null : toWei(options.atMost)
    this.#options.refuseWhileClosing('ensureFunded')
    const { timeoutMs = ENSURE_TIMEOUT_MS } = inMs(options)
    const warnings: string[] = []
    const request = { ...options, atMost, timeoutMs, isExplicit: given !== null, waitsForLock: true }
    const { receipt } = await this.#options.onDemand.fill(id, request, async () => {
      const wanted = given ?? (await this.#trigger(id, warnings))
      if (given !== null) this.#warnOfReserve(id, given, warnings)
      return () => ({ least: wanted, best: wanted })
    })
    return receipt && { ...receipt, warnings }
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
    return accepted ? this.#accept(id, options) : this.#unaccept(id, options)
  }

  async #accept(
    id: SubAccountId,
    { force = false, signal, onSent }: SendingOptions & { force?: boolean },
  ): Promise<Receipt | null> {
    const isAccepted = (account: SubAccountPosition | undefined) => account?.acknowledged ?? false
    const accept = async (): Promise<Receipt | null> => {
      const { rules, submit, logger } = this.#options
      const account = await this.#account(id)
      if (account?.acknowledged) return null
      const minimum = rules.minTransfer ?? 0n
      if (!account) {
        const intent = transferIntent(id, minimum, rules)
        if (!force && minimum > 0n) await this.#checkPayee(id)
        logger.info({ ...id, amount: `${weiToOg(minimum)} OG` }, 'opening a sub-account to acknowledge its provider')
        return submit(intent, { signal, onSent })
      }
      const contract = contractOf(id.serviceType)
      return submit(intentOf({ contract, method: 'acknowledgeTEESigner', args: [id.provider, true] }), {
        signal,
        onSent,
      })
    }
    return this.#options.onDemand.unlessDone(id, isAccepted, accept, signal)
  }

  async #unaccept(id: SubAccountId, { signal, onSent }: SendingOptions): Promise<Receipt | null> {
    const isUnaccepted = (account: SubAccountPosition | undefined) => !account?.acknowledged
    const takeBack = async (): Promise<Receipt | null> => {
      if (this.#own().some((one) => keyOf(one.id) === keyOf(id)))
        throw new InvalidInputError('Auto-funding is on for this provider: its next top-up accepts the signer again.', {
          provider: id.provider,
          do: 'call stopAutoFunding(provider) first',
        })
      const account = await this.#account(id)
      if (!account?.acknowledged) return null
      const { wallet: user, submit } = this.#options
      const { provider, balance } = account
      const operation = 'acknowledgeTEESigner'
      if (balance > 0n)
        throw contractError({
          operation,
          errorName: 'CannotRevokeWithNonZeroBalance',
          errorArgs: { user, provider, balance },
        })
      const intent = intentOf({ contract: contractOf(id.serviceType), method: operation, args: [provider, false] })
      return submit(intent, { signal, onSent })
    }
    return this.#options.onDemand.unlessDone(id, isUnaccepted, takeBack, signal)
  }

  /** Whether the wallet accepts the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string, options: ReadingOptions = {}): Promise<boolean> {
    checkReading('acknowledged', options)
    return (await this.#account(this.#id(provider), options.signal))?.acknowledged ?? false
  }

  /** The level at which auto-funding tops up. */
  async #trigger(id: SubAccountId, warnings: string[]): Promise<bigint> {
    const { required, feeError } = await this.#options.required(id)
    if (feeError !== null) this.#warn(id, `The provider's unsettled fee is unknown: ${feeError}`, warnings)
    return required
  }

  /** An inference provider answers only while its reserve, what is owed to it and the fee of the request are available. */
  #warnOfReserve(id: SubAccountId, amount: bigint, warnings: string[]): void {
    const reserve = this.#options.reserveOf(id)
    if (id.serviceType !== 'inference' || amount === 0n || amount > reserve) return
    const og = `${weiToOg(amount)} OG`
    const kept = `${weiToOg(reserve)} OG`
    this.#warn(
      id,
      `${og} is no more than the provider reserves (${kept}): it serves one answer, then rejections.`,
      warnings,
    )
  }

  #warn(id: SubAccountId, warning: string, warnings: string[]): void {
    warnings.push(warning)
    this.#options.logger.warn({ ...id }, warning)
  }

  async #checkPayee(id: SubAccountId): Promise<void> {
    const refusal = await this.#options.payees.refusalOf(id)
    if (refusal) throw refusal
  }

  #pause(provider: string | undefined, paused: boolean): void {
    const ids = provider === undefined ? this.#own().map(({ id }) => id) : [this.#id(provider)]
    for (const id of ids) this.#options.autoFunding.pause(id, paused)
  }

  #own() {
    return this.#options.autoFunding.all().filter(({ id }) => id.serviceType === this.#options.serviceType)
  }

  #id(provider: string): SubAccountId {
    const id = { provider: toAddress(provider, 'provider'), serviceType: this.#options.serviceType }
    if (isZeroAddress(id.provider))
      throw contractError({ operation: 'transferFund', errorName: 'InvalidAddress', errorArgs: { addr: id.provider } })
    if (id.provider === this.#options.wallet && id.serviceType === 'inference')
      throw contractError({ operation: 'transferFund', errorName: 'ProviderCannotBeUser' })
    return id
  }

  async #account(id: SubAccountId, signal?: AbortSignal): Promise<SubAccountPosition | undefined> {
    return subAccountIn(await this.#options.read(signal), id)
  }
}

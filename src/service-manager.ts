import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import type { Limits } from '../machines/auto-funding/plan.types.ts'
import type { Position, ServiceType, SubAccountPosition } from '../machines/position.types.ts'
import { subAccountIn } from '../machines/sub-account/sub-account.facts.ts'
import type { SnapshotFrom } from 'xstate'
import { toWei, weiToOg, type Amount } from './base/amounts.ts'
import { anything, checkOptions, isMilliseconds, isOneOf, isSignal, type Fields } from './base/check-options.ts'
import { toPolicy, type AutoFundingConfig, type AutoFundingPolicy } from './funding/config.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Rules } from './chain/port.ts'
import type { Clock } from './base/clock.ts'
import { contractError } from './base/contract-errors.ts'
import { describeValue } from './base/describe-value.ts'
import { AbortedError, InvalidInputError, LockedError, NotFundedError } from './base/errors.ts'
import { checkLimits } from './funding/limits.ts'
import type { AutoFundingActor, FundedAccount } from './funding/funded-accounts.ts'
import type { Logger } from './base/logger.ts'
import { intentOf, transferIntent } from './transactions/build-intent.ts'
import { contractOf } from './chain/service-name.ts'
import { keyOf, type SubAccountId } from './base/sub-account-key.ts'
import type { Intent, Receipt } from './transactions/intent.ts'
import { withTimeout } from './base/timeout.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
  /** What the provider says it has served and not charged yet, in wei, and why that is not known anew. */
  unsettledFee: bigint
  feeError: string | null
  /** Block time at which the provider said so, in seconds: its age. Null before, and where no source is asked. */
  feeAt: number | null
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

export type EnsureFundedOptions = {
  signal?: AbortSignal
  /** How long to try, in milliseconds; 120 000 by default. */
  timeoutMs?: number
  /** What is pending there as a refund: `hold` refuses to undo it, `reuse` takes from it first. */
  onPendingRefund?: 'hold' | 'reuse'
  /** The most to send for it, in all: once that is sent it is done, whatever is charged meanwhile. No limit by default. */
  atMost?: Amount
}

export type ServiceManagerOptions = {
  serviceType: ServiceType
  wallet: string
  rules: Rules
  minLockedBalance: bigint
  clock: Clock
  logger: Logger
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, signal?: AbortSignal) => Promise<Receipt>
  /** What transactions on their way may still take out of the ledger, in wei. */
  inFlightFromLedger: () => bigint
  /** Runs work while nothing is on its way to the sub-account, and keeps every other caller from deciding about it. */
  exclusive: <T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  autoFunding: {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor
    stop(id: SubAccountId): void
    pause(id: SubAccountId, paused: boolean): void
    all(): readonly FundedAccount[]
  }
  /** The limits of a sub-account at a block time, in seconds. */
  limitsOf: (id: SubAccountId, now: number) => { own: Limits; common: bigint | null }
}

type Funding = Omit<EnsureFundedOptions, 'atMost'> & { atMost: bigint | null; giveUp: { at: number; after: string } }

const ensureFields: Fields<EnsureFundedOptions> = {
  signal: isSignal,
  timeoutMs: isMilliseconds({ least: 0, most: Infinity }),
  onPendingRefund: isOneOf('hold', 'reuse'),
  // toWei says what an amount is.
  atMost: anything,
}

const ENSURE_TIMEOUT_MS = 120_000
/** A timer of more would end at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** Auto-funding and acknowledgement for the sub-accounts of one service type. */
export class ServiceManager {
  readonly #options: ServiceManagerOptions

  constructor(options: ServiceManagerOptions) {
    this.#options = options
  }

  /**
   * Keeps the sub-account with a provider funded, from now on: whenever less than `required` is available, what is
   * missing is transferred from the ledger, once. Started again, it goes on with the new config.
   *
   * @returns the actor that shows what is being done, and why nothing is
   * @throws InvalidInputError for a config that cannot work, LedgerClosingError while the ledger is being closed
   */
  startAutoFunding(provider: string, config: AutoFundingConfig = {}): AutoFundingActor {
    const id = this.#id(provider)
    const { serviceNames } = this.#options.rules
    if (serviceNames[id.serviceType] === undefined)
      throw contractError({ operation: 'startAutoFunding', errorName: 'ServiceNotFound' })
    return this.#options.autoFunding.start(id, toPolicy(config, this.#options.minLockedBalance))
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
    return this.#own()
      .filter(({ id }) => address === null || id.provider === address)
      .map(({ id, actor, fee }) => {
        const { value, context } = actor.getSnapshot()
        const { reason, lastTopUp, topUps, paid, failure } = context
        const { fee: unsettledFee, error: feeError, readAt: feeAt } = fee.known()
        return { ...id, state: value, reason, lastTopUp, topUps, paid, failure, unsettledFee, feeError, feeAt }
      })
  }

  /**
   * Makes sure, once, that the provider can charge at least `amount`: transfers what is missing (the contract's minimum
   * for a new sub-account) and nothing when enough is there. For programs that run briefly and often.
   *
   * Calls for one sub-account wait for one another, and for auto-funding, so that nothing is paid twice. Budgets hold.
   *
   * @returns the receipt, or null when enough was there
   * @throws ContractError when the ledger cannot pay for it, RefundPendingError when it would undo a refund,
   *   BudgetExhaustedError when a limit forbids it, LedgerClosingError, NotFundedError when it takes longer or is charged
   *   faster than it can be filled; a transaction that was sent is followed to its end, and counts when called again;
   *   LockedError where not enough is there and another process sends for this wallet
   */
  async ensureFunded(provider: string, amount: Amount, options: EnsureFundedOptions = {}): Promise<Receipt | null> {
    checkOptions('ensureFunded', options, ensureFields)
    const id = this.#id(provider)
    const wanted = toWei(amount)
    const atMost = options.atMost === undefined ? null : toWei(options.atMost)
    this.#options.refuseWhileClosing('ensureFunded')
    const { signal, timeoutMs = ENSURE_TIMEOUT_MS } = options
    const { clock } = this.#options
    const giveUp = { at: clock.now() + timeoutMs, after: `${timeoutMs} ms` }
    let isOver = false
    const hasEnough = (account: SubAccountPosition | undefined) => (account?.available ?? 0n) >= wanted
    const fund = () => this.#fund(id, wanted, { ...options, atMost, giveUp })
    const funding = this.#unlessDone(id, hasEnough, fund, signal).finally(() => (isOver = true))
    return withTimeout(Math.min(timeoutMs, LONGEST_TIMEOUT_MS), () => funding, clock).catch((error: unknown) => {
      if (isOver) throw error
      throw new NotFundedError({ provider: id.provider, wanted: `${weiToOg(wanted)} OG`, after: giveUp.after })
    })
  }

  /**
   * Accepts the signer that the provider's service runs with. Every transfer to a provider does so by itself: where
   * there is no sub-account yet, one is opened with the contract's minimum, in one transaction.
   *
   * With `false` it takes the acceptance back, which the contract allows only for a sub-account that holds nothing, not
   * even a pending refund.
   *
   * @returns the receipt, or null when it was accepted already, or was not and shall not be
   * @throws ContractError when the ledger cannot pay for a sub-account that has to be opened; with its `balance`
   *   (`CannotRevokeWithNonZeroBalance`) when the acceptance of a sub-account that holds money is to be taken back
   * @throws InvalidInputError when it is to be taken back while auto-funding is on for the provider
   */
  async acknowledgeProviderSigner(provider: string, accepted = true): Promise<Receipt | null> {
    const id = this.#id(provider)
    if (typeof accepted !== 'boolean')
      throw new InvalidInputError('accepted is true or false.', { accepted: describeValue(accepted) })
    return accepted ? this.#accept(id) : this.#unaccept(id)
  }

  async #accept(id: SubAccountId): Promise<Receipt | null> {
    const isAccepted = (account: SubAccountPosition | undefined) => account?.acknowledged ?? false
    return this.#unlessDone(id, isAccepted, async () => {
      const { rules, submit, logger } = this.#options
      const account = await this.#account(id)
      if (account?.acknowledged) return null
      const minimum = rules.minTransfer ?? 0n
      if (!account) {
        logger.info({ ...id, amount: `${weiToOg(minimum)} OG` }, 'opening a sub-account to acknowledge its provider')
        return submit(transferIntent(id, minimum, rules))
      }
      const contract = contractOf(id.serviceType)
      return submit(intentOf({ contract, method: 'acknowledgeTEESigner', args: [id.provider, true] }))
    })
  }

  async #unaccept(id: SubAccountId): Promise<Receipt | null> {
    const isUnaccepted = (account: SubAccountPosition | undefined) => !account?.acknowledged
    return this.#unlessDone(id, isUnaccepted, async () => {
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
      return submit(intentOf({ contract: contractOf(id.serviceType), method: operation, args: [provider, false] }))
    })
  }

  /** Whether the wallet accepts the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string): Promise<boolean> {
    return (await this.#account(this.#id(provider)))?.acknowledged ?? false
  }

  /** Does the work alone with the sub-account. While another process has the journal, only what is done needs no work. */
  async #unlessDone<T>(
    id: SubAccountId,
    isDone: (account: SubAccountPosition | undefined) => boolean,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | null> {
    try {
      return await this.#options.exclusive(id, work, signal)
    } catch (error) {
      if (error instanceof LockedError && isDone(await this.#account(id))) return null
      throw error
    }
  }

  /** Alone with the sub-account: no other caller sends to it, or decides to, between a reading and its transfer. */
  async #fund(id: SubAccountId, wanted: bigint, options: Funding): Promise<Receipt | null> {
    const { rules, read, submit, inFlightFromLedger, clock, limitsOf } = this.#options
    const { signal, giveUp } = options
    let left = options.atMost
    let receipt: Receipt | null = null
    for (;;) {
      const position = await read(signal)
      if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
      const account = subAccountIn(position, id)
      const missing = wanted - (account?.available ?? 0n)
      if (missing <= 0n || left === 0n) return receipt
      // The caller's time is over, or the provider charges faster than transfers can fill it.
      if (clock.now() >= giveUp.at)
        throw new NotFundedError({ provider: id.provider, missing: `${weiToOg(missing)} OG`, after: giveUp.after })
      const least = account ? 0n : (rules.minTransfer ?? 0n)
      const needed = missing > least ? missing : least
      const amount: bigint = left !== null && left < needed ? left : needed
      const now = position.block.timestamp
      const available = (position.ledger?.available ?? 0n) - inFlightFromLedger()
      checkLimits({ provider: id.provider, account, available, amount }, limitsOf(id, now), options)
      const pendingRefund = account?.pendingRefund ?? 0n
      receipt = await submit(transferIntent(id, amount, rules, { decidedAt: now, pendingRefund }), signal)
      if (left !== null) left -= amount
    }
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

  async #account(id: SubAccountId): Promise<SubAccountPosition | undefined> {
    return subAccountIn(await this.#options.read(), id)
  }
}

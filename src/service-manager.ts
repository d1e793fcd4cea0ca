import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import type { Position, ServiceType, SubAccountPosition } from '../machines/position.types.ts'
import { subAccountIn } from '../machines/sub-account/sub-account.facts.ts'
import type { SnapshotFrom } from 'xstate'
import { toWei, weiToOg, type Amount } from './base/amounts.ts'
import { toPolicy, type AutoFundingConfig } from './funding/config.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Rules } from './chain/port.ts'
import type { Clock } from './base/clock.ts'
import { contractError } from './base/contract-errors.ts'
import { AbortedError, LockedError, NotFundedError } from './base/errors.ts'
import { checkLimits } from './funding/limits.ts'
import type { AutoFundingActor, FundedAccounts } from './funding/funded-accounts.ts'
import type { FundingLimits } from './funding/planner.ts'
import type { Logger } from './base/logger.ts'
import { intentOf, transferIntent } from './transactions/build-intent.ts'
import { contractOf } from './chain/service-name.ts'
import type { SubAccountId } from './base/sub-account-key.ts'
import type { Intent, Receipt } from './transactions/intent.ts'
import { withTimeout } from './base/timeout.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
  /** What the provider says it has served and not settled yet, in wei, and why there is no newer value. */
  unsettledFee: bigint
  feeError: string | null
  /** Block time of the reading that asked for it, in seconds. Null before the first answer, and where no fee is asked. */
  feeAt: number | null
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

export type EnsureFundedOptions = {
  signal?: AbortSignal
  /** How long the call tries, in milliseconds; 120 000 by default. */
  timeoutMs?: number
  /** A refund that is pending there: `hold` refuses to cancel it, `reuse` takes from it first. `hold` by default. */
  onPendingRefund?: 'hold' | 'reuse'
  /** The most that the call sends in all: with that sent it resolves, whatever was charged meanwhile. No limit by default. */
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
  /** What transactions in flight may still take out of the ledger, in wei. */
  inFlightFromLedger: () => bigint
  /** Runs work with the lock of the sub-account, once nothing is in flight for it. */
  exclusive: <T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  funded: Pick<FundedAccounts, 'start' | 'stop' | 'pause' | 'resume' | 'all'>
  limitsOf: (id: SubAccountId, now: number) => FundingLimits
}

type Funding = Omit<EnsureFundedOptions, 'atMost'> & { atMost: bigint | null; giveUp: { at: number; after: string } }

const ENSURE_TIMEOUT_MS = 120_000
/** A longer timer would end at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** Auto-funding and acknowledgement for the sub-accounts of one service type. */
export class ServiceManager {
  readonly #options: ServiceManagerOptions

  constructor(options: ServiceManagerOptions) {
    this.#options = options
  }

  /**
   * Keeps the sub-account with a provider funded, from now on: whenever less than `required` is available, the broker
   * transfers what is missing from the ledger, once. A second call replaces the config.
   *
   * @returns the actor, whose snapshot shows the top-up in progress, or the reason for none
   * @throws InvalidInputError for a config that cannot work, LedgerClosingError while the ledger is being closed
   */
  startAutoFunding(provider: string, config: AutoFundingConfig = {}): AutoFundingActor {
    const id = this.#id(provider)
    const { serviceNames } = this.#options.rules
    if (serviceNames[id.serviceType] === undefined)
      throw contractError({ operation: 'startAutoFunding', errorName: 'ServiceNotFound' })
    return this.#options.funded.start(id, toPolicy(config, this.#options.minLockedBalance))
  }

  /** Stops for one provider, or for all of this service type. The lane follows a transaction that was sent to its end. */
  stopAutoFunding(provider?: string): void {
    for (const id of this.#idsOf(provider)) this.#options.funded.stop(id)
  }

  /** Holds auto-funding for one provider, or for all of this service type, until it is resumed (`paused`). */
  pauseAutoFunding(provider?: string): void {
    for (const id of this.#idsOf(provider)) this.#options.funded.pause(id)
  }

  /** Ends the pause for one provider, or for all of this service type. */
  resumeAutoFunding(provider?: string): void {
    for (const id of this.#idsOf(provider)) this.#options.funded.resume(id)
  }

  /** Whether auto-funding is on for the provider. */
  hasAutoFunding(provider: string): boolean {
    const { provider: address } = this.#id(provider)
    return this.#own().some(({ id }) => id.provider === address)
  }

  /** The status of auto-funding: for one provider (empty when it is off), or for all. */
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
   * for a new sub-account), and nothing when enough is available. For programs that run briefly and often.
   *
   * Calls for one sub-account wait for one another, and for auto-funding, so that nothing is paid twice. Budgets hold.
   *
   * @returns the receipt, or null when enough was available
   * @throws ContractError when the ledger cannot pay for it, RefundPendingError when it would cancel a refund,
   *   BudgetExhaustedError when a limit forbids it, LedgerClosingError, NotFundedError when it takes longer or the provider
   *   charges faster than the sub-account can be filled (the lane follows what was sent to its end, and the next call
   *   counts it), LockedError where too little is available and another process sends for this wallet
   */
  async ensureFunded(provider: string, amount: Amount, options: EnsureFundedOptions = {}): Promise<Receipt | null> {
    const id = this.#id(provider)
    const wanted = toWei(amount)
    const atMost = options.atMost === undefined ? null : toWei(options.atMost)
    this.#options.refuseWhileClosing('ensureFunded')
    const { signal, timeoutMs = ENSURE_TIMEOUT_MS } = options
    const { clock } = this.#options
    const giveUp = { at: clock.now() + timeoutMs, after: `${timeoutMs} ms` }
    let isSettled = false
    const hasEnough = (account: SubAccountPosition | undefined) => (account?.available ?? 0n) >= wanted
    const fund = () => this.#fund(id, wanted, { ...options, atMost, giveUp })
    const funding = this.#unlessDone(id, hasEnough, fund, signal).finally(() => (isSettled = true))
    return withTimeout(Math.min(timeoutMs, LONGEST_TIMEOUT_MS), () => funding, clock).catch((error: unknown) => {
      if (isSettled) throw error
      throw new NotFundedError({ provider: id.provider, wanted: `${weiToOg(wanted)} OG`, after: giveUp.after })
    })
  }

  /**
   * Acknowledges the signer that the provider's service runs with. Every transfer to a provider acknowledges its signer,
   * so where there is no sub-account yet, one transfer of the contract's minimum opens it and acknowledges the signer.
   *
   * @returns the receipt, or null when the signer was acknowledged already
   * @throws ContractError when the ledger cannot pay for a sub-account that has to be opened
   */
  async acknowledgeProviderSigner(provider: string): Promise<Receipt | null> {
    const id = this.#id(provider)
    const isAcknowledged = (account: SubAccountPosition | undefined) => account?.acknowledged ?? false
    return this.#unlessDone(id, isAcknowledged, async () => {
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

  /** Whether the wallet has acknowledged the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string): Promise<boolean> {
    return (await this.#account(this.#id(provider)))?.acknowledged ?? false
  }

  /** Does the work with the sub-account's lock. Without the journal, which another process has, it can only be done already. */
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

  /** Runs with the sub-account's lock: no other caller sends to it between a reading and the transfer. */
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
      // The caller has its error already, or the provider charges faster than the sub-account can be filled.
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

  #idsOf(provider: string | undefined): SubAccountId[] {
    return provider === undefined ? this.#own().map(({ id }) => id) : [this.#id(provider)]
  }

  #own() {
    return this.#options.funded.all().filter(({ id }) => id.serviceType === this.#options.serviceType)
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

import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import type { Limits } from '../machines/auto-funding/auto-funding.policy.ts'
import type { Position, ServiceType, SubAccountPosition } from '../machines/position.types.ts'
import type { SnapshotFrom } from 'xstate'
import { toWei, weiToOg, type Amount } from './amounts.ts'
import { toPolicy, type AutoFundingConfig, type AutoFundingPolicy } from './auto-funding-config.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Rules } from './chain/port.ts'
import { contractError } from './contract-errors.ts'
import { AbortedError, BudgetExhaustedError, NotFundedError, RefundPendingError } from './errors.ts'
import type { AutoFundingActor, KeptAccount } from './keeper.ts'
import type { Logger } from './logger.ts'
import { intentOf, transferIntent } from './intents.ts'
import { contractOf } from './services.ts'
import { keyOf, type SubAccountId } from './sub-account-id.ts'
import type { Intent, Receipt } from './transactions/intent.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
  /** What the provider says it has served and not charged yet, in wei, and why that is not known anew. */
  unsettledFee: bigint
  feeError: string | null
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

export type EnsureFundedOptions = {
  signal?: AbortSignal
  /** How long to try, in milliseconds; 120 000 by default. */
  timeoutMs?: number
  /** What is pending there as a refund: `hold` refuses to undo it, `reuse` takes from it first. */
  onPendingRefund?: 'hold' | 'reuse'
}

export type ServiceManagerOptions = {
  serviceType: ServiceType
  wallet: string
  rules: Rules
  minLockedBalance: bigint
  logger: Logger
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, signal?: AbortSignal) => Promise<Receipt>
  /** Runs work while nothing is on its way to the sub-account, and keeps everybody else from deciding about it. */
  exclusive: <T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  autoFunding: {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor
    stop(id: SubAccountId): void
    pause(id: SubAccountId, paused: boolean): void
    limitsOf(id: SubAccountId, now: number): { own: Limits; common: bigint | null }
    all(): readonly KeptAccount[]
  }
}

type Check = {
  id: SubAccountId
  account: SubAccountPosition | undefined
  amount: bigint
  now: number
  options: EnsureFundedOptions
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
      .map(({ id, actor, unsettledFee, feeError }) => {
        const { value, context } = actor.getSnapshot()
        const { reason, lastTopUp, topUps, paid, failure } = context
        return { ...id, state: value, reason, lastTopUp, topUps, paid, failure, unsettledFee, feeError }
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
   *   BudgetExhaustedError, NotFundedError when it is charged faster than it can be filled, LedgerClosingError
   */
  async ensureFunded(provider: string, amount: Amount, options: EnsureFundedOptions = {}): Promise<Receipt | null> {
    const id = this.#id(provider)
    const wanted = toWei(amount)
    this.#options.refuseWhileClosing('ensureFunded')
    return this.#options.exclusive(id, () => this.#fund(id, wanted, options), options.signal)
  }

  /**
   * Accepts the signer that the provider's service runs with. Every transfer to a provider does so by itself: where
   * there is no sub-account yet, one is opened with the contract's minimum, in one transaction.
   *
   * @returns the receipt, or null when it was accepted already
   * @throws ContractError when the ledger cannot pay for a sub-account that has to be opened
   */
  async acknowledgeProviderSigner(provider: string): Promise<Receipt | null> {
    const id = this.#id(provider)
    return this.#options.exclusive(id, async () => {
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

  /** Whether the wallet accepts the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string): Promise<boolean> {
    return (await this.#account(this.#id(provider)))?.acknowledged ?? false
  }

  /** Alone with the sub-account: nobody else sends to it, or decides to, between a reading and its transfer. */
  async #fund(id: SubAccountId, wanted: bigint, options: EnsureFundedOptions): Promise<Receipt | null> {
    const { rules, read, submit } = this.#options
    const { signal, timeoutMs = ENSURE_TIMEOUT_MS } = options
    const giveUpAt = Date.now() + timeoutMs
    let receipt: Receipt | null = null
    for (;;) {
      const position = await read(signal)
      if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
      const account = position.subAccounts.find((one) => keyOf(one) === keyOf(id))
      const missing = wanted - (account?.available ?? 0n)
      if (missing <= 0n) return receipt
      // Charged faster than it can be filled.
      if (Date.now() > giveUpAt)
        throw new NotFundedError({ provider: id.provider, missing: `${weiToOg(missing)} OG`, after: `${timeoutMs} ms` })
      const least = account ? 0n : (rules.minTransfer ?? 0n)
      const amount = missing > least ? missing : least
      const now = position.block.timestamp
      this.#check({ id, account, amount, now, options })
      const pendingRefund = account?.pendingRefund ?? 0n
      receipt = await submit(transferIntent(id, amount, rules, { decidedAt: now, pendingRefund }), signal)
    }
  }

  /** What auto-funding may not do, a program that asks once may not either. */
  #check({ id, account, amount, now, options }: Check): void {
    const { onPendingRefund = 'hold' } = options
    const facts = { provider: id.provider, amount: `${weiToOg(amount)} OG` }
    if (account && account.pendingRefund > 0n && onPendingRefund === 'hold')
      throw new RefundPendingError('A refund is pending there, and a transfer would undo it.', {
        ...facts,
        'pending refund': `${weiToOg(account.pendingRefund)} OG`,
        do: "pass { onPendingRefund: 'reuse' } to take from it",
      })
    const { own, common } = this.#options.autoFunding.limitsOf(id, now)
    for (const left of [own.budgetLeft, common])
      if (left !== null && left < amount)
        throw new BudgetExhaustedError('The budget of this window does not allow it.', {
          ...facts,
          left: `${weiToOg(left)} OG`,
        })
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

  async #account({ provider, serviceType }: SubAccountId) {
    const { subAccounts } = await this.#options.read()
    return subAccounts.find((one) => one.provider === provider && one.serviceType === serviceType)
  }
}

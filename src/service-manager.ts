import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import type { Position, ServiceType } from '../machines/position.types.ts'
import type { SnapshotFrom } from 'xstate'
import { toWei, type Amount } from './amounts.ts'
import { toPolicy, type AutoFundingConfig, type AutoFundingPolicy } from './auto-funding-config.ts'
import { isZeroAddress, toAddress } from './chain/address.ts'
import type { Rules } from './chain/port.ts'
import { contractError } from './contract-errors.ts'
import { AbortedError } from './errors.ts'
import type { AutoFundingActor } from './keeper.ts'
import { contractOf } from './services.ts'
import type { SubAccountId } from './sub-account-id.ts'
import type { Intent, Receipt } from './transactions/intent.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

export type EnsureFundedOptions = {
  signal?: AbortSignal
}

export type ServiceManagerOptions = {
  serviceType: ServiceType
  wallet: string
  rules: Rules
  minLockedBalance: bigint
  read: (signal?: AbortSignal) => Promise<Position>
  submit: (intent: Intent, signal?: AbortSignal) => Promise<Receipt>
  /** Resolves when nothing is on its way to the sub-account any more. */
  settled: (id: SubAccountId) => Promise<void>
  autoFunding: {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor
    stop(id: SubAccountId): void
    all(): readonly { id: SubAccountId; actor: AutoFundingActor }[]
  }
}

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
   * @throws InvalidInputError for a config that cannot work
   */
  startAutoFunding(provider: string, config: AutoFundingConfig = {}): AutoFundingActor {
    const id = this.#id(provider)
    return this.#options.autoFunding.start(id, toPolicy(config, this.#options.minLockedBalance))
  }

  /** Stops for one provider, or for all of this service type. A transaction that was sent is followed to its end. */
  stopAutoFunding(provider?: string): void {
    const ids = provider === undefined ? this.#own().map(({ id }) => id) : [this.#id(provider)]
    for (const id of ids) this.#options.autoFunding.stop(id)
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
      .map(({ id, actor }) => {
        const { value, context } = actor.getSnapshot()
        const { reason, lastTopUp, topUps, paid, failure } = context
        return { ...id, state: value, reason, lastTopUp, topUps, paid, failure }
      })
  }

  /**
   * Makes sure, once, that the provider can charge at least `amount`: transfers what is missing (the contract's minimum
   * for a new sub-account) and nothing when enough is there. For programs that run briefly and often.
   *
   * @returns the receipt, or null when enough was there
   * @throws ContractError when the ledger cannot pay for it
   */
  async ensureFunded(provider: string, amount: Amount, { signal }: EnsureFundedOptions = {}): Promise<Receipt | null> {
    const id = this.#id(provider)
    const wanted = toWei(amount)
    await this.#options.settled(id)
    const position = await this.#options.read(signal)
    if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
    const account = position.subAccounts.find(
      (one) => one.provider === id.provider && one.serviceType === id.serviceType,
    )
    const missing = wanted - (account?.available ?? 0n)
    if (missing <= 0n && account) return null
    const least = account ? 0n : (this.#options.rules.minTransfer ?? 0n)
    return this.#options.submit(this.#transfer(id, missing > least ? missing : least), signal)
  }

  /**
   * Accepts the signer that the provider's service runs with. Every transfer to a provider does so by itself.
   *
   * @returns the receipt, or null when it was accepted already
   * @throws AccountNotExistsError where there is no sub-account: a transfer opens one and accepts the signer at once
   */
  async acknowledgeProviderSigner(provider: string): Promise<Receipt | null> {
    const id = this.#id(provider)
    const account = await this.#account(id)
    if (!account)
      throw contractError({
        operation: 'acknowledgeTEESigner',
        errorName: 'AccountNotExists',
        errorArgs: { user: this.#options.wallet, provider: id.provider },
      })
    if (account.acknowledged) return null
    return this.#options.submit({
      call: { contract: contractOf(id.serviceType), method: 'acknowledgeTEESigner', args: [id.provider, true] },
      subAccount: null,
      amount: 0n,
      fromLedger: 0n,
    })
  }

  /** Whether the wallet accepts the provider's signer; false where there is no sub-account. */
  async acknowledged(provider: string): Promise<boolean> {
    return (await this.#account(this.#id(provider)))?.acknowledged ?? false
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

  #transfer(id: SubAccountId, amount: bigint): Intent {
    return transferIntent(id, amount, this.#options.rules)
  }
}

/** A transfer from the ledger to a sub-account. */
export function transferIntent(id: SubAccountId, amount: bigint, { serviceNames }: Rules): Intent {
  const name = serviceNames[id.serviceType]
  if (name === undefined) throw contractError({ operation: 'transferFund', errorName: 'ServiceNotFound' })
  return {
    call: { contract: 'ledger', method: 'transferFund', args: [id.provider, name, amount] },
    subAccount: id,
    amount,
    fromLedger: amount,
  }
}

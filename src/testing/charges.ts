import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Contracts, ContractTransaction } from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'

export type SimulatedProvider = { address: string; serviceType: ServiceType; url: string }

type Untimed = Omit<ContractTransaction, 'timestamp'>

/** What a provider deposits when it registers. */
export const STAKE = 100n * 10n ** 18n

/** What a provider offers: where it answers, and what it says of itself. Prices in wei per token. */
export type SimulatedOffer = { url: string; model: string; inputPrice: bigint; outputPrice: bigint }

const USUAL_OFFER = { model: 'simulated-model', inputPrice: 1n, outputPrice: 1n }

/** Registers a provider as its own signer, and acknowledges the signer as the owner. */
export function register(contracts: Contracts, owner: string, provider: SimulatedProvider, timestamp: number): void {
  contracts.mint(provider.address, STAKE)
  executeAll(contracts, timestamp, registrationCalls(provider, owner))
}

/** The calls that register a provider; it must own its stake. */
export function registrationCalls(provider: SimulatedProvider, owner: string): Untimed[] {
  const { address, serviceType, url } = provider
  return [
    { ...offerCall(provider, { ...USUAL_OFFER, url }), value: STAKE },
    acceptanceCall(address, serviceType, owner, true),
  ]
}

/** The call of a provider that publishes its offer. The contract drops the owner's acceptance where the model changes. */
export function offerCall({ address, serviceType }: SimulatedProvider, offer: SimulatedOffer): Untimed {
  const { url, model, inputPrice, outputPrice } = offer
  const contract = contractOf(serviceType)
  const quota = { cpuCount: 1n, nodeMemory: 1n, gpuCount: 1n, nodeStorage: 1n, gpuType: 'simulated' }
  const service = {
    serviceType: 'chatbot',
    url,
    model,
    verifiability: 'TeeML',
    inputPrice,
    outputPrice,
    additionalInfo: '{}',
    teeSignerAddress: address,
  }
  const args = contract === 'inference' ? [service] : [url, quota, inputPrice, false, [model], address]
  return { from: address, call: { contract, method: 'addOrUpdateService', args } }
}

/** The owner's call that accepts a provider's signer, or takes the acceptance back. */
export function acceptanceCall(address: string, serviceType: ServiceType, owner: string, accepted: boolean): Untimed {
  const method = accepted ? 'acknowledgeTEESignerByOwner' : 'revokeTEESignerAcknowledgement'
  return { from: owner, call: { contract: contractOf(serviceType), method, args: [address] } }
}

/** The call of a provider that leaves: its service and its stake are gone, sub-accounts with it stay. */
export function leaveCall({ address, serviceType }: SimulatedProvider): Untimed {
  return { from: address, call: { contract: contractOf(serviceType), method: 'removeService', args: [] } }
}

/** The calls of one charge. A fine-tuning charge first delivers and acknowledges its task. */
export function chargeCalls(provider: SimulatedProvider, user: string, fee: bigint, nonce: bigint): Untimed[] {
  const { address, serviceType } = provider
  const contract = contractOf(serviceType)
  if (contract === 'inference') {
    const settlement = { user, provider: address, totalFee: fee, nonce, signer: address }
    return [{ from: address, call: { contract, method: 'settleFeesWithTEE', args: [[settlement]] } }]
  }
  const id = `task-${nonce}`
  const modelRootHash = '0x02'
  const task = { id, encryptedSecret: '0x01', modelRootHash, nonce, taskFee: fee, user, signer: address }
  return [
    { from: address, call: { contract, method: 'addDeliverable', args: [user, id, modelRootHash] } },
    { from: user, call: { contract, method: 'acknowledgeDeliverable', args: [address, id] } },
    { from: address, call: { contract, method: 'settleFees', args: [task] } },
  ]
}

/** The amount charged to sub-accounts, in wei. */
export function amountCharged(events: readonly ContractEvent[]): bigint {
  return events.reduce((sum, { name, args }) => (name === 'FundSpent' ? sum + (args['amount'] as bigint) : sum), 0n)
}

type Charge = { provider: string; serviceType: ServiceType | undefined; amount: bigint; position: Position }

/** The error for a charge of nothing: without it a test would go on and test nothing. */
export function nothingToCharge({ provider, serviceType, amount, position }: Charge): InvalidInputError {
  const account = position.subAccounts.find(
    (one) => one.provider.toLowerCase() === provider.toLowerCase() && (!serviceType || one.serviceType === serviceType),
  )
  return new InvalidInputError('This charge would take nothing.', {
    provider,
    serviceType,
    wallet: position.wallet.address,
    amount: `${weiToOg(amount)} OG`,
    reason: reasonFor(amount, account),
    do: 'fund the sub-account first and let time pass, or use chain.spend, which allows a charge of nothing',
  })
}

function reasonFor(amount: bigint, account: SubAccountPosition | undefined): string {
  if (amount === 0n) return 'the amount is zero'
  if (!account) return 'the wallet has no sub-account with this provider'
  if (account.balance === 0n) return 'the sub-account is empty'
  const holds = `the sub-account holds ${weiToOg(account.balance)} OG`
  if (account.serviceType === 'inference') return `${holds}, but nothing of it can be charged in the next block`
  return `${holds}, and a fine-tuning fee is taken whole or not at all`
}

/** Executes transactions atomically: a revert undoes all of them. @returns the events */
export function executeAll(contracts: Contracts, timestamp: number, transactions: readonly Untimed[]): ContractEvent[] {
  const mark = contracts.storage.mark()
  const events: ContractEvent[] = []
  for (const transaction of transactions) {
    const execution = contracts.execute({ ...transaction, timestamp })
    if (!execution.ok) {
      contracts.storage.revert(mark)
      return []
    }
    events.push(...execution.events)
  }
  return events
}

export const contractOf = (serviceType: ServiceType) => (serviceType === 'inference' ? 'inference' : 'fineTuning')

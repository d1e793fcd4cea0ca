import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Contracts, ContractTransaction } from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'

export type SimulatedProvider = { address: string; serviceType: ServiceType; url: string }

/** A transaction of a block to come. */
export type Untimed = Omit<ContractTransaction, 'timestamp'>

/** What a provider deposits when it registers. */
const STAKE = 100n * 10n ** 18n
/** What a provider owns besides, for the gas of its transactions. */
const GAS_MONEY = 100n * 10n ** 18n

/**
 * What a provider offers: where it answers, and what it says of itself. `kind` is what an inference service is for, such as
 * `chatbot` or `audio-generation`. Prices in wei per unit: a token, an image or a second.
 */
export type SimulatedOffer = { url: string; model: string; kind: string; inputPrice: bigint; outputPrice: bigint }

/** What a provider offers that says nothing else. */
export const USUAL_OFFER = { model: 'simulated-model', kind: 'chatbot', inputPrice: 1n, outputPrice: 1n }

/** Registers a provider as its own signer, and acknowledges the signer as the owner. @returns the events */
export function register(contracts: Contracts, provider: SimulatedProvider, how: Paid & { owner: string }) {
  const { address, serviceType, url } = provider
  contracts.mint(address, STAKE + GAS_MONEY)
  const calls = [
    { ...offerCall(provider, { ...USUAL_OFFER, url }), value: STAKE },
    acceptanceCall(address, serviceType, how.owner, true),
  ]
  return executeAll(contracts, calls, { ...how, payer: address })
}

/** The call of a provider that publishes its offer. The contract drops the owner's acceptance where the model changes. */
export function offerCall({ address, serviceType }: SimulatedProvider, offer: SimulatedOffer): Untimed {
  const { url, model, kind, inputPrice, outputPrice } = offer
  const contract = contractOf(serviceType)
  const quota = { cpuCount: 1n, nodeMemory: 1n, gpuCount: 1n, nodeStorage: 1n, gpuType: 'simulated' }
  const service = {
    serviceType: kind,
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

/** The block of transactions, and who pays their gas. */
type Paid = {
  /** In seconds. */
  timestamp: number
  /** In wei. */
  gasPrice: bigint
}

/**
 * Executes transactions atomically: a revert undoes all of them, and so does gas that the provider cannot pay. The owner of the
 * contracts and the users pay no gas here.
 *
 * @param how.payer the provider that pays the gas of its own transactions
 * @returns the events
 */
export function executeAll(
  contracts: Contracts,
  transactions: readonly Untimed[],
  { timestamp, gasPrice, payer }: Paid & { payer?: string },
): ContractEvent[] {
  const mark = contracts.storage.mark()
  const events: ContractEvent[] = []
  for (const transaction of transactions) {
    const owned = contracts.balanceOf(transaction.from) - (transaction.value ?? 0n)
    const execution = contracts.execute({ ...transaction, timestamp })
    const price = transaction.from === payer ? execution.gas * gasPrice : 0n
    if (!execution.ok || owned < price) {
      contracts.storage.revert(mark)
      return []
    }
    contracts.burn(transaction.from, price)
    events.push(...execution.events)
  }
  return events
}

export const contractOf = (serviceType: ServiceType) => (serviceType === 'inference' ? 'inference' : 'fineTuning')

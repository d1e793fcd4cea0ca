import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Contracts, ContractTransaction } from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'

export type SimulatedProvider = { address: string; serviceType: ServiceType; url: string }

type Untimed = Omit<ContractTransaction, 'timestamp'>

const STAKE = 100n * 10n ** 18n

/** Registers a provider as its own signer, and acknowledges the signer as the owner. */
export function register(contracts: Contracts, owner: string, provider: SimulatedProvider, timestamp: number): void {
  const { address, serviceType, url } = provider
  const contract = contractOf(serviceType)
  const quota = { cpuCount: 1n, nodeMemory: 1n, gpuCount: 1n, nodeStorage: 1n, gpuType: 'simulated' }
  const offer = {
    serviceType: 'chatbot',
    url,
    model: 'simulated-model',
    verifiability: 'TeeML',
    inputPrice: 1n,
    outputPrice: 1n,
    additionalInfo: '{}',
    teeSignerAddress: address,
  }
  const args = contract === 'inference' ? [offer] : [url, quota, 1n, false, [offer.model], address]
  contracts.mint(address, STAKE)
  executeAll(contracts, timestamp, [
    { from: address, value: STAKE, call: { contract, method: 'addOrUpdateService', args } },
    { from: owner, call: { contract, method: 'acknowledgeTEESignerByOwner', args: [address] } },
  ])
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

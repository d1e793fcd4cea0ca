import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Contracts, ContractTransaction } from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'

export type SimulatedProvider = { address: string; serviceType: ServiceType; url: string }

type Untimed = Omit<ContractTransaction, 'timestamp'>

const STAKE = 100n * 10n ** 18n

/** Registers a provider as its own signer, which the owner accepts. */
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
  together(contracts, timestamp, [
    { from: address, value: STAKE, call: { contract, method: 'addOrUpdateService', args } },
    { from: owner, call: { contract, method: 'acknowledgeTEESignerByOwner', args: [address] } },
  ])
}

/** Calls that make a user pay. For fine-tuning the work is delivered and acknowledged on the way. */
export function charging(provider: SimulatedProvider, user: string, fee: bigint, nonce: bigint): Untimed[] {
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

/** What was taken out of sub-accounts, in wei. */
export function takenIn(events: readonly ContractEvent[]): bigint {
  return events.reduce((sum, { name, args }) => (name === 'FundSpent' ? sum + (args['amount'] as bigint) : sum), 0n)
}

type Charge = { provider: string; serviceType: ServiceType | undefined; amount: bigint; position: Position }

/** For a charge that takes nothing: a test that goes on would test nothing. */
export function nothingTaken({ provider, serviceType, amount, position }: Charge): InvalidInputError {
  const account = position.subAccounts.find(
    (one) => one.provider.toLowerCase() === provider.toLowerCase() && (!serviceType || one.serviceType === serviceType),
  )
  return new InvalidInputError('This charge would take nothing.', {
    provider,
    serviceType,
    wallet: position.wallet.address,
    amount: `${weiToOg(amount)} OG`,
    reason: reasonFor(amount, account),
    do: 'have the sub-account funded first and let time pass, or use chain.spend, which takes what there is',
  })
}

function reasonFor(amount: bigint, account: SubAccountPosition | undefined): string {
  if (amount === 0n) return 'it is about no amount'
  if (!account) return 'the wallet has no sub-account with this provider'
  if (account.balance === 0n) return 'the sub-account is empty'
  const holds = `the sub-account holds ${weiToOg(account.balance)} OG`
  if (account.serviceType === 'inference') return `${holds}, and the next block leaves nothing that may be charged`
  return `${holds}, and a fine-tuning fee is taken as a whole or not at all`
}

/** All of it or nothing. @returns what the contracts told */
export function together(contracts: Contracts, timestamp: number, transactions: readonly Untimed[]): ContractEvent[] {
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

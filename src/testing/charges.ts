import type { ServiceType } from '../../machines/position.types.ts'
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

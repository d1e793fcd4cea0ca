import { Contract, getCreateAddress, Interface } from 'ethers'
import { artifacts } from '../../src/local/artifacts.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import type { LocalChain } from './chain.ts'

export type VersionOptions = {
  /** The registered type: inference and fine-tuning have contracts of their own, any other has that of inference. */
  serviceType: string
  version: string
  /** Seconds; an hour by default. */
  lockTime?: number
}

/** Deploys another contract of a service and registers it with the ledger, beside those of the network. */
export async function deployVersion(
  { provider, contracts }: Pick<LocalChain, 'provider' | 'contracts'>,
  { serviceType, version, lockTime = 3_600 }: VersionOptions,
): Promise<Contract> {
  const { owner, ledger } = contracts
  const code = artifacts()
  const { abi, bytecode } = serviceType === 'fine-tuning' ? code.fineTuning : code.inference
  const from = await owner.getAddress()
  const nonce = await provider.getTransactionCount(from)
  const [implementation, address] = [0, 1].map((index) => getCreateAddress({ from, nonce: nonce + index }))
  const args = [lockTime, ledger.target, from, ...(serviceType === 'fine-tuning' ? [30] : [])]
  const setUp = Interface.from(abi).encodeFunctionData('initialize', args)
  const proxy = code.proxy.bytecode + Interface.from(code.proxy.abi).encodeDeploy([implementation, setUp]).slice(2)
  await transact(owner, [
    { data: bytecode, gasLimit: 6_000_000 },
    { data: proxy, gasLimit: 1_000_000 },
    callOf(ledger, 'registerService', [serviceType, version, address, 'Another version']),
  ])
  return new Contract(address ?? '', abi, owner)
}

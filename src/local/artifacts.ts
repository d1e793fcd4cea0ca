import { dirname, join } from 'node:path'
import type { InterfaceAbi } from 'ethers'
import { load, locate } from './packages.ts'

/** A compiled contract: its ABI, and the bytecode that creates it. */
export type Artifact = { abi: InterfaceAbi; bytecode: string }

/** The compiled contracts that are live on 0G today, as the reference SDK ships them, and the proxy that each stands behind. */
export function artifacts(): Record<'ledger' | 'inference' | 'fineTuning' | 'proxy', Artifact> {
  return {
    ledger: factory('ledger', 'LedgerManager__factory'),
    inference: factory('inference', 'InferenceServing__factory'),
    fineTuning: factory('fine-tuning', 'FineTuningServing__factory'),
    proxy: load(locate('@openzeppelin/contracts/build/contracts/ERC1967Proxy.json')) as Artifact,
  }
}

/** The SDK exports only its main entry, which takes seconds to load: this loads the factory's file by path. */
function factory(service: string, name: string): Artifact {
  const library = dirname(locate('@0gfoundation/0g-compute-ts-sdk'))
  const file = join(library, service, 'contract', 'typechain', 'factories', `${name}.js`)
  const { [name]: artifact } = load(file) as Record<string, Artifact | undefined>
  if (!artifact) throw new Error(`${file} does not export ${name}.`)
  return artifact
}

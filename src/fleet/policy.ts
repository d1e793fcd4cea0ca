import type { Broker } from '../index.ts'
import { checkPolicy } from './fleet-options.ts'
import type { WalletPolicy } from './fleet.types.ts'

/** Starts what a policy wants for a wallet. @throws InvalidInputError for nonsense in it */
export function applyPolicy(broker: Broker, policy: WalletPolicy): void {
  checkPolicy(policy)
  for (const { provider, serviceType = 'inference', config } of policy.autoFunding ?? []) {
    const manager = serviceType === 'inference' ? broker.inference : broker.fineTuning
    manager.startAutoFunding(provider, config)
  }
  if (policy.autoDeposit) broker.ledger.startAutoDeposit(policy.autoDeposit)
}

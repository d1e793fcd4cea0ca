import type { WalletPolicy } from '../../fleet/index.ts'
import type { FleetPolicy } from './config.ts'
import type { NamedWallet } from './keys.ts'

/** The first policy that matches a wallet; undefined where none does: then it is only read. */
export function policyOf(policies: readonly FleetPolicy[], { address, name }: NamedWallet): FleetPolicy | undefined {
  return policies.find(({ wallets }) => wallets.some((pattern) => matches(pattern, name) || matches(pattern, address)))
}

/** The same as the fleet takes it. */
export function walletPolicyOf(policy: FleetPolicy | undefined): WalletPolicy {
  if (!policy) return {}
  const { providers, autoDeposit, budget, autoClaim } = policy
  return {
    autoFunding: providers.map(({ provider, service, terms }) => ({ provider, serviceType: service, config: terms })),
    ...(autoDeposit && { autoDeposit }),
    ...(budget && { budget }),
    ...(autoClaim !== undefined && { autoClaim }),
  }
}

/** Whether a pattern, in which * stands for any text, matches a whole text. Case does not count: addresses come in both. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(text)
}

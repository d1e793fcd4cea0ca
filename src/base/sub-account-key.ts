import type { ServiceType } from '../../machines/position.types.ts'

/** What tells one sub-account of a wallet from another. The provider is in checksummed spelling. */
export type SubAccountId = { provider: string; serviceType: ServiceType }

export const keyOf = ({ provider, serviceType }: SubAccountId): string => `${serviceType}:${provider}`

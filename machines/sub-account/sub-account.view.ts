import type { SnapshotFrom } from 'xstate'
import type { ServiceType, Wei } from '../position.types.ts'
import type { LifecycleState } from './sub-account.facts.ts'
import type { subAccountMachine } from './sub-account.machine.ts'

/** A sub-account as surfaces show it, from the snapshot of its actor. Amounts in wei as decimal strings. */
export type SubAccountView = {
  provider: string
  serviceType: ServiceType
  state: LifecycleState
  /** The state of its refunds; null without one. */
  refund: 'locked' | 'claimable' | null
  /** The provider serves it: enough is available, with or without a pending refund. */
  spendable: boolean
  balance: Wei
  pendingRefund: Wei
  available: Wei
  claimable: Wei
  required: Wei
  unlocksAt: number | null
}

/**
 * A sub-account as surfaces show it, from the snapshot of its actor.
 *
 * @example
 * const { state, spendable } = subAccountView(broker.subAccount(provider, 'inference').getSnapshot())
 * show(state, spendable)
 */
export function subAccountView(snapshot: SnapshotFrom<typeof subAccountMachine>): SubAccountView {
  const { provider, serviceType, reading } = snapshot.context
  const { value } = snapshot
  const available = BigInt(reading?.balance ?? 0) - BigInt(reading?.pendingRefund ?? 0)
  return {
    provider,
    serviceType,
    state: typeof value === 'string' ? value : 'refunding',
    refund: typeof value === 'string' ? null : value.refunding,
    spendable: reading !== null && reading.exists && available >= BigInt(reading.required),
    balance: reading?.balance ?? '0',
    pendingRefund: reading?.pendingRefund ?? '0',
    available: `${available}`,
    claimable: reading?.claimable ?? '0',
    required: reading?.required ?? '0',
    unlocksAt: reading?.unlocksAt ?? null,
  }
}

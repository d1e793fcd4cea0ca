import { toDepositPolicy } from '../funding/config/auto-deposit-config.ts'
import { payableId } from '../managers/payable.ts'
import { startAutoFunding } from '../managers/start-auto-funding.ts'
import type { StandingOrders } from './open-options.ts'
import type { CallParts } from './sending-calls.ts'

/** The parts of an engine that they are started on. */
export type OrderParts = Pick<CallParts, 'common' | 'funding'> & { minLockedBalance: bigint }

/**
 * Starts what a broker keeps funded from its opening on, without the managers and the actors that calls for it return.
 *
 * @throws InvalidInputError, LedgerClosingError
 */
export function startOrders(parts: OrderParts, { autoFunding = [], autoDeposit }: StandingOrders): void {
  const { common, minLockedBalance, funding } = parts
  const options = { ...common, minLockedBalance, autoFunding: funding.autoFunding }
  for (const { provider, serviceType = 'inference', config = {} } of autoFunding)
    startAutoFunding(payableId(provider, serviceType, common.wallet), config, options)
  if (!autoDeposit) return
  const policy = toDepositPolicy(autoDeposit)
  funding.ledger.part.autoDeposit.start(policy)
}

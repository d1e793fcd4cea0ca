import { toDepositPolicy } from '../funding/config/auto-deposit-config.ts'
import { payableId } from '../managers/payable.ts'
import { startAutoFunding } from '../managers/start-auto-funding.ts'
import type { Engine } from './engine.ts'
import type { StandingOrders } from './open-options.ts'

/**
 * Starts what a broker keeps funded from its opening on, without the managers and the actors that calls for it return.
 *
 * @throws InvalidInputError, LedgerClosingError
 */
export function startOrders(engine: Engine, { autoFunding = [], autoDeposit }: StandingOrders): void {
  const { common, minLockedBalance, funding } = engine
  const options = { ...common, minLockedBalance, autoFunding: funding.autoFunding }
  for (const { provider, serviceType = 'inference', config = {} } of autoFunding)
    startAutoFunding(payableId(provider, serviceType, common.wallet), config, options)
  if (!autoDeposit) return
  const policy = toDepositPolicy(autoDeposit)
  funding.ledger.part.autoDeposit.start(policy)
}

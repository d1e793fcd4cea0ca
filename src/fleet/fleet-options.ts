import {
  anything,
  checkOptions,
  isFunction,
  isListOf,
  isMilliseconds,
  isObjectOf,
  isObjectWith,
  isSignal,
  isText,
  isWhole,
  type Check,
  type Fields,
} from '../base/check-options.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toBudget } from '../funding/config/budget.ts'
import type { FleetOptions, WalletPolicy } from './fleet.types.ts'

/** @throws InvalidInputError that names the option and what it takes */
export function checkFleetOptions(options: FleetOptions): void {
  checkOptions('createFleet', options, fields)
  if (options.leases && options.journalFor)
    throw new InvalidInputError('Leases bring the journals with them.', { do: 'leave journalFor out' })
  if (options.leases && !options.signerFor)
    throw new InvalidInputError('A fleet that only reads needs no leases.', {
      do: 'pass signerFor, or leave leases out',
    })
  if (options.budget?.name !== undefined && !options.leases?.withBudget)
    throw new InvalidInputError('A budget has a name where several machines share it.', {
      do: 'pass leases whose store keeps budgets as well, or leave the name out',
    })
  if (options.capacity !== undefined && !options.leases)
    throw new InvalidInputError('A capacity is what a fleet claims of leases.', { do: 'pass leases as well' })
}

/** @throws InvalidInputError */
export function checkPolicy(policy: WalletPolicy): void {
  checkOptions('policyFor', policy, policyFields)
  toBudget(policy.budget)
}

const isName: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= 200 ? null : 'is a name of 1 to 200 characters'

const fields: Fields<FleetOptions> = {
  // connectNetwork says more than one sentence about it.
  network: anything,
  provider: anything,
  wallets: isListOf(isText, 'addresses'),
  signerFor: isFunction,
  policyFor: isFunction,
  intervalMs: isMilliseconds({ least: 100 }),
  // What stands in it is checked by toBudget.
  budget: isObjectOf({ amount: anything, per: anything, name: isName }),
  journalFor: isFunction,
  leases: isObjectWith('what shares wallets between machines', ['claim', 'list', 'close']),
  capacity: isWhole({ least: 1, most: 1_000_000 }),
  signerTimeoutMs: isMilliseconds({ least: 1_000 }),
  logger: isObjectWith('a logger, such as console or pino', ['debug', 'info', 'warn', 'error']),
  signal: isSignal,
}

/** The broker checks what stands in them. */
const policyFields: Fields<WalletPolicy> = {
  autoFunding: isListOf(
    isObjectOf({ provider: isText, serviceType: isText, config: anything }),
    'providers, each with serviceType and config',
  ),
  autoDeposit: anything,
  budget: anything,
  autoClaim: anything,
  maxFeePerGas: anything,
}

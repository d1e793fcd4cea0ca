import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Broker } from '../broker.types.ts'
import type { Journal } from '../transactions/journal.types.ts'
import { listNames } from './checks.ts'
import type { WhichWallet } from './simulation.types.ts'

/** A wallet with the broker of its current process. The journal outlives the process. */
export type Host = { wallet: string; journal: Journal; broker: Broker; kill(): void }

/** @throws InvalidInputError for a wallet that the simulation does not have */
export function hostOf(hosts: readonly Host[], which: WhichWallet): Host {
  const address = typeof which === 'string' ? which.toLowerCase() : null
  const found = hosts.find(({ wallet }, index) => wallet.toLowerCase() === address || index === which)
  if (!found)
    throw new InvalidInputError('The simulation has no such wallet.', {
      wallet: describeValue(which),
      wallets: listNames(hosts.map(({ wallet }, index) => `${index} (${wallet})`)),
    })
  return found
}

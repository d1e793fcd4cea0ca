import type { ContractName } from '../../chain/port.ts'
import { ZERO_ADDRESS } from './constants.ts'
import { Revert } from './revert.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

export type Ownership = ReturnType<typeof createOwnership>

/** The owner of one contract, as OpenZeppelin's Ownable keeps it, and the initializer that no later caller may run. */
export function createOwnership(storage: Storage, contract: ContractName, first: string) {
  const owners = storage.table<string>()
  owners.set('', first)
  const owner = (): string => owners.get('') ?? ZERO_ADDRESS

  return {
    /** @throws Revert for every other caller */
    require,
    calls: {
      transferOwnership(context: Context, to: string): void {
        require(context.from)
        if (to === ZERO_ADDRESS) throw new Revert('Error', { reason: 'Ownable: new owner is the zero address' })
        pass(context, to)
      },
      renounceOwnership(context: Context): void {
        require(context.from)
        pass(context, ZERO_ADDRESS)
      },
      initialize(): void {
        throw new Revert('AlreadyInitialized')
      },
    },
    views: { owner, initialized: () => true },
  }

  function require(from: string): void {
    if (from !== owner()) throw new Revert('Error', { reason: 'Ownable: caller is not the owner' })
  }

  function pass({ emit }: Context, newOwner: string): void {
    emit(contract, 'OwnershipTransferred', { previousOwner: owner(), newOwner })
    owners.set('', newOwner)
  }
}

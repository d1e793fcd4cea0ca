import { MIN_PROVIDER_STAKE } from './constants.ts'
import { createMembers } from './members.ts'
import { Revert } from './revert.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

/** What a provider offers, as far as every service has it. */
export type Offer = {
  provider: string
  /** Who signs its settlements. */
  teeSignerAddress: string
  /** By the owner of the contracts. */
  teeSignerAcknowledged: boolean
}

export type Offers<O extends Offer> = ReturnType<typeof createOffers<O>>

/** What providers offer, and what they staked for it. */
export function createOffers<O extends Offer>(storage: Storage) {
  const offers = storage.table<O>()
  const stakes = storage.table<bigint>()
  const providers = createMembers(storage.table())

  return {
    get,
    find: (provider: string) => offers.get(provider),
    put(offer: O): void {
      if (!offers.get(offer.provider)) providers.add('', offer.provider)
      offers.set(offer.provider, offer)
    },
    /** The stake is asked for once, and no more of it is taken. */
    stake({ from, value }: Context): boolean {
      if ((stakes.get(from) ?? 0n) > 0n) {
        if (value !== 0n) throw new Revert('CannotAddStakeWhenUpdating')
        return false
      }
      if (value < MIN_PROVIDER_STAKE)
        throw new Revert('InsufficientStake', { provided: value, required: MIN_PROVIDER_STAKE })
      stakes.set(from, value)
      return true
    },
    /** @returns the stake that goes back */
    remove(provider: string): bigint {
      get(provider)
      offers.set(provider, undefined)
      providers.remove('', provider)
      const stake = stakes.get(provider) ?? 0n
      stakes.set(provider, undefined)
      return stake
    },
    acknowledge: (provider: string, teeSignerAcknowledged: boolean) =>
      offers.set(provider, { ...get(provider), teeSignerAcknowledged }),
    all: () => providers.of('').map(get),
  }

  function get(provider: string): O {
    const offer = offers.get(provider)
    if (!offer) throw new Revert('ServiceNotExist', { provider })
    return offer
  }
}

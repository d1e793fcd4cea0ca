import { MIN_PROVIDER_STAKE } from './constants.ts'
import { createMembers } from './members.ts'
import { Revert } from './revert.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

/** A provider's service: the fields that both contracts have. */
export type Offer = {
  provider: string
  /** The signer of its settlements. */
  teeSignerAddress: string
  /** Acknowledged by the owner of the contracts. */
  teeSignerAcknowledged: boolean
}

export type Offers<O extends Offer> = {
  /** @throws Revert without a service */
  get(provider: string): O
  find(provider: string): O | undefined
  put(offer: O): void
  /** Takes the stake of a new provider. @returns whether the provider is new */
  stake(context: Context): boolean
  /** @returns the stake, which goes back to the provider */
  remove(provider: string): bigint
  acknowledge(provider: string, teeSignerAcknowledged: boolean): void
  all(): O[]
}

/** The providers' services and stakes. */
export function createOffers<O extends Offer>(storage: Storage): Offers<O> {
  const offers = storage.table<O>()
  const stakes = storage.table<bigint>()
  const providers = createMembers(storage)

  return {
    get,
    find: (provider: string) => offers.get(provider),
    put(offer: O): void {
      if (!offers.get(offer.provider)) providers.add('', offer.provider)
      offers.set(offer.provider, offer)
    },
    stake({ from, value }) {
      if ((stakes.get(from) ?? 0n) > 0n) {
        if (value !== 0n) throw new Revert('CannotAddStakeWhenUpdating')
        return false
      }
      if (value < MIN_PROVIDER_STAKE)
        throw new Revert('InsufficientStake', { provided: value, required: MIN_PROVIDER_STAKE })
      stakes.set(from, value)
      return true
    },
    remove(provider) {
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

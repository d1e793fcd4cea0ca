import type { ServiceType } from '../../machines/position.types.ts'
import { ReadError } from '../base/errors.ts'
import { ServiceNotOfferedError } from '../base/not-sent-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { offerOf, type ServiceCache } from './service-cache.ts'
import type { ProviderService } from '../chain/service.ts'

export type PayeesOptions = {
  services: Pick<ServiceCache, 'known' | 'expire' | 'of'>
  wallet: string
  /** Addresses of the deployment's own contracts by what they are; they serve no wallet. */
  contracts: Readonly<Record<string, string | undefined>>
}

/**
 * The check of a payee: whether the address that a caller pays offers the service that it is paid for, with a signer that the
 * contracts' owner accepts. What other addresses get stays locked for a day.
 */
export type Payees = {
  /** What this address is of the deployment's own contracts, which serve no wallet and withdraw nothing; null for others. */
  contractAt(address: string): string | null
  /** Whether an offer that was read lately says so: then `refusalOf` takes no request. */
  isKnown(id: SubAccountId): boolean
  /**
   * Why the address is not paid for this service; null where it serves it. Takes a request where no fresh answer says that it
   * does: a provider may have registered since it was read last.
   *
   * @throws ReadError where that cannot be read
   */
  refusalOf(id: SubAccountId): Promise<ServiceNotOfferedError | null>
}

/** The contract keeps it per service: `teeSignerAcknowledged`. */
const UNACCEPTED = "The contracts' owner does not accept the signer of this provider, and so it refuses every request."

const SERVICE_TYPES: readonly ServiceType[] = ['inference', 'fine-tuning']

export function createPayees({ services, wallet, contracts }: PayeesOptions): Payees {
  return {
    contractAt,
    isKnown,
    async refusalOf(id) {
      const { provider, serviceType } = id
      if (isKnown(id)) return null
      const contract = contractAt(provider)
      // It can register no service.
      if (contract !== null) return refusal(id, [], `This address is ${contract}, and no provider.`)
      services.expire(provider)
      const service = await services.of(provider)
      const offer = offerOf(service, serviceType)
      if (offer === null)
        throw new ReadError('Whether the provider offers the service could not be read.', {
          provider,
          service: serviceType,
        })
      if (!offer.registered) return refusal(id, offersOf(service))
      return offer.accepted === false ? refusal(id, offersOf(service), UNACCEPTED) : null
    },
  }

  function contractAt(address: string): string | null {
    const isAt = (name: string) => contracts[name]?.toLowerCase() === address.toLowerCase()
    return Object.keys(contracts).find(isAt) ?? null
  }

  function isKnown({ provider, serviceType }: SubAccountId): boolean {
    const offer = offerOf(services.known(provider), serviceType)
    return offer?.registered === true && offer.accepted !== false
  }

  function refusal(id: SubAccountId, offers: readonly ServiceType[], sentence?: string): ServiceNotOfferedError {
    const { provider, serviceType: service } = id
    const subject = provider === wallet ? 'This address is your own wallet, and' : 'This address'
    return new ServiceNotOfferedError(
      sentence ??
        (offers.length === 0
          ? `${subject} offers no service at all.`
          : `${subject} offers ${offers.join(' and ')}, not ${service}.`),
      { provider, service, offers },
    )
  }
}

const offersOf = (service: ProviderService): ServiceType[] =>
  SERVICE_TYPES.filter((type) => offerOf(service, type)?.registered === true)

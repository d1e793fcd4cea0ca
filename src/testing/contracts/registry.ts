import { MAX_SERVICES, ZERO_ADDRESS } from './constants.ts'
import { createMembers } from './members.ts'
import { Revert } from './revert.ts'
import type { Serving } from './serving.types.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

/** A service in LedgerManager's registry. */
export type Registration = {
  address: string
  serviceType: string
  version: string
  description: string
  /** In seconds. */
  registeredAt: number
}

export type Registry = {
  all(): Serving[]
  /** @throws Revert for an unknown name */
  named(name: string): Serving
}

export type RegistryOptions = {
  /** Services that are registered from the start, each recommended for its type. */
  first: readonly Registration[]
  /** Every contract that implements IServing, registered or not. */
  servings: readonly Serving[]
  /** @throws Revert where the caller does not own LedgerManager */
  requireOwner(from: string): void
}

/** LedgerManager's registry of services, in the order of registration, with one recommended service for each type. */
export function createRegistry(storage: Storage, { first, servings, requireOwner }: RegistryOptions) {
  const registrations = storage.table<Registration>()
  const byName = storage.table<string>()
  /** Addresses by type. */
  const recommended = storage.table<string>()
  const members = createMembers(storage)
  for (const one of first) {
    add(one)
    recommended.set(one.serviceType, one.address)
  }

  return {
    all: () => members.of('').map(servingAt),
    named: (name: string): Serving => servingAt(addressOf(name)),
    calls: {
      registerService(context: Context, serviceType: string, version: string, address: string, description: string) {
        const { from, timestamp, emit } = context
        requireOwner(from)
        if (address === ZERO_ADDRESS) throw new Revert('InvalidServiceAddress', { serviceAddress: address })
        if (serviceType === '') throw new Revert('ServiceTypeRequired')
        if (version === '') throw new Revert('VersionRequired')
        if (registrations.get(address)) throw new Revert('ServiceAlreadyRegistered', { serviceAddress: address })
        const serviceName = `${serviceType}-${version}`
        if (byName.get(serviceName) !== undefined) throw new Revert('ServiceNameExists', { serviceName })
        if (!servings.some((one) => one.address === address))
          throw new Revert('ServiceMustImplementIServing', { serviceAddress: address })
        const limit = BigInt(MAX_SERVICES)
        if (BigInt(members.of('').length) >= limit) throw new Revert('ServiceRegistryLimitReached', { limit })
        add({ address, serviceType, version, description, registeredAt: timestamp })
        emit('ledger', 'ServiceRegistered', { serviceAddress: address, serviceName })
      },
      setRecommendedService({ from, emit }: Context, serviceType: string, version: string): void {
        requireOwner(from)
        const serviceAddress = addressOf(`${serviceType}-${version}`)
        recommended.set(serviceType, serviceAddress)
        emit('ledger', 'RecommendedServiceUpdated', { serviceType, version, serviceAddress })
      },
    },
    views: {
      getServiceInfo(_: string, address: string) {
        const found = registrations.get(address)
        return found ? infoOf(found) : noInfo
      },
      getServiceAddressByName: (_: string, name: string) => byName.get(name) ?? ZERO_ADDRESS,
      getAllActiveServices: () => all().map(infoOf),
      getRecommendedService(_: string, serviceType: string) {
        const serviceAddress = recommended.get(serviceType)
        if (serviceAddress === undefined) throw new Revert('NoRecommendedService', { serviceType })
        return { version: get(serviceAddress).version, serviceAddress }
      },
      isRecommendedVersion(_: string, serviceType: string, version: string) {
        const address = byName.get(`${serviceType}-${version}`)
        return address !== undefined && isRecommended(get(address))
      },
      getAllVersions(_: string, serviceType: string) {
        const found = all().filter((one) => one.serviceType === serviceType)
        return {
          versions: found.map(({ version }) => version),
          addresses: found.map(({ address }) => address),
          isRecommendedFlags: found.map(isRecommended),
        }
      },
    },
  }

  function add(one: Registration): void {
    registrations.set(one.address, one)
    byName.set(nameOf(one), one.address)
    members.add('', one.address)
  }

  function all(): Registration[] {
    return members.of('').map(get)
  }

  function get(address: string): Registration {
    return registrations.get(address) ?? unknown()
  }

  function addressOf(name: string): string {
    return byName.get(name) ?? unknown()
  }

  function servingAt(address: string): Serving {
    return servings.find((one) => one.address === address) ?? unknown()
  }

  function isRecommended({ address, serviceType }: Registration): boolean {
    return recommended.get(serviceType) === address
  }

  function infoOf(one: Registration) {
    const { address, serviceType, version, description, registeredAt } = one
    return {
      serviceAddress: address,
      serviceContract: address,
      serviceType,
      version,
      fullName: nameOf(one),
      description,
      isRecommended: isRecommended(one),
      registeredAt: BigInt(registeredAt),
    }
  }
}

const nameOf = ({ serviceType, version }: Registration): string => `${serviceType}-${version}`

function unknown(): never {
  throw new Revert('ServiceNotFound', { serviceAddress: ZERO_ADDRESS })
}

const noInfo = {
  serviceAddress: ZERO_ADDRESS,
  serviceContract: ZERO_ADDRESS,
  serviceType: '',
  version: '',
  fullName: '',
  description: '',
  isRecommended: false,
  registeredAt: 0n,
}

import { ZERO_ADDRESS } from './constants.ts'
import { Revert } from './revert.ts'
import type { Serving } from './serving.types.ts'

/** A service in LedgerManager's registry. */
export type Registration = {
  serving: Serving
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

/** LedgerManager's registry of services, in the order of registration. All of them are recommended. */
export function createRegistry(registrations: readonly Registration[]) {
  const nameOf = ({ serviceType, version }: Registration) => `${serviceType}-${version}`
  const byName = (name: string) => registrations.find((one) => nameOf(one) === name)
  const byType = (serviceType: string) => registrations.filter((one) => one.serviceType === serviceType)

  return {
    all: () => registrations.map(({ serving }) => serving),
    /** @throws Revert for an unknown name */
    named(name: string): Serving {
      const found = byName(name)
      if (!found) throw new Revert('ServiceNotFound', { serviceAddress: ZERO_ADDRESS })
      return found.serving
    },
    views: {
      getServiceInfo(_: string, address: string) {
        const found = registrations.find(({ serving }) => serving.address === address)
        return found ? infoOf(found) : noInfo
      },
      getServiceAddressByName: (_: string, name: string) => byName(name)?.serving.address ?? ZERO_ADDRESS,
      getAllActiveServices: () => registrations.map(infoOf),
      getRecommendedService(_: string, serviceType: string) {
        const [found] = byType(serviceType)
        if (!found) throw new Revert('NoRecommendedService', { serviceType })
        return { version: found.version, serviceAddress: found.serving.address }
      },
      isRecommendedVersion: (_: string, serviceType: string, version: string) =>
        byName(`${serviceType}-${version}`) !== undefined,
      getAllVersions(_: string, serviceType: string) {
        const found = byType(serviceType)
        return {
          versions: found.map(({ version }) => version),
          addresses: found.map(({ serving }) => serving.address),
          isRecommendedFlags: found.map(() => true),
        }
      },
    },
  }

  function infoOf(one: Registration) {
    const { serving, serviceType, version, description, registeredAt } = one
    return {
      serviceAddress: serving.address,
      serviceContract: serving.address,
      serviceType,
      version,
      fullName: nameOf(one),
      description,
      isRecommended: true,
      registeredAt: BigInt(registeredAt),
    }
  }
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

import type { ServiceType } from '../../machines/position.types.ts'
import {
  acceptanceCall,
  executeAll,
  leaveCall,
  offerCall,
  register,
  USUAL_OFFER,
  type SimulatedProvider,
  type Untimed,
} from './charges.ts'
import { check, checkBoolean, checkNames, checkService, listNames } from './checks.ts'
import { fakeAddress } from './fakes.ts'
import type { Node } from './node.ts'
import type { SimulatedChain } from './simulated-chain.types.ts'

/** The simulated contracts' owner: accepts signers, changes lock times. */
export const OWNER = fakeAddress('owner')

export type MarketOptions = {
  addressOf: (value: string) => string
  /** Providers with a service; changed in place. */
  providers: SimulatedProvider[]
}

type Market = 'register' | 'leave' | 'changeOffer' | 'setAccepted'

/** Providers that come, change their offer, lose acceptance and go. */
export function marketOf(node: Node, { addressOf, providers }: MarketOptions): Pick<SimulatedChain, Market> {
  const { contracts } = node
  const find = (provider: string, serviceType?: ServiceType) =>
    findProvider(providers, addressOf(provider), serviceType)

  return {
    register(provider, serviceType = 'inference') {
      const wanted = typeof provider === 'string' ? { address: provider, serviceType } : provider
      const address = addressOf(wanted.address)
      checkService(wanted.serviceType)
      const isKnown = providers.some((one) => one.address === address && one.serviceType === wanted.serviceType)
      check(!isKnown, 'This provider has a service of this type.', { provider: address })
      const added: SimulatedProvider = { url: 'http://provider.invalid', ...wanted, address }
      node.perform(({ timestamp }) =>
        register(contracts, added, { timestamp, gasPrice: node.gasPrice(), owner: OWNER }),
      )
      providers.push(added)
      return added
    },
    leave(provider, serviceType) {
      const found = find(provider, serviceType)
      perform(found.address, leaveCall(found))
      providers.splice(providers.indexOf(found), 1)
    },
    changeOffer(provider, offer, serviceType) {
      const found = find(provider, serviceType)
      checkNames('an offer', offer, { url: true, model: true, kind: true, inputPrice: true, outputPrice: true })
      const changed = { ...USUAL_OFFER, url: found.url, ...offer }
      found.url = changed.url
      perform(found.address, offerCall(found, changed))
    },
    setAccepted(provider, accepted, serviceType) {
      const { address, serviceType: type } = find(provider, serviceType)
      checkBoolean('accepted', accepted)
      perform(address, acceptanceCall(address, type, OWNER, accepted))
    },
  }

  function perform(payer: string, call: Untimed): void {
    node.perform(({ timestamp }) => executeAll(contracts, [call], { timestamp, gasPrice: node.gasPrice(), payer }))
  }
}

/** @throws InvalidInputError where no provider offers such a service */
export function findProvider(
  providers: readonly SimulatedProvider[],
  address: string,
  serviceType?: ServiceType,
): SimulatedProvider {
  if (serviceType !== undefined) checkService(serviceType)
  const found = providers.find((one) => one.address === address && (!serviceType || one.serviceType === serviceType))
  check(found !== undefined, 'No provider offers a service under this address.', {
    provider: address,
    ...(serviceType && { serviceType }),
    providers: listNames(providers.map((one) => `${one.address} (${one.serviceType})`)),
  })
  return found
}

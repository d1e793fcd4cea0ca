import type { ServiceCache } from './service-cache.ts'

const nothing = (): void => undefined

/** In the place of what providers offer, in a broker without a signer: it pays none of them, so it asks for no service. */
export const noServices: ServiceCache = {
  of: (provider) => Promise.reject(new Error(`No service of ${provider} is read without a signer.`)),
  known: () => null,
  see: nothing,
  isNew: () => false,
  refresh: () => null,
  isRegistered: () => null,
  isAccepted: () => true,
  pricesOf: () => null,
  doubt: nothing,
  expire: nothing,
}

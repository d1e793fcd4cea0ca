import type { Endpoint } from '../../index.ts'

export type ServedEndpoint = Pick<Endpoint, 'provider' | 'baseURL' | 'model' | 'fetch'>

/** The names under which clients ask for the models of several providers. */
export type Models = {
  /** Every name, with the endpoint behind it. */
  readonly names: ReadonlyMap<string, ServedEndpoint>
  /** The endpoint of a name; without a name that of the only provider. Null for an unknown name. */
  find(name: string | undefined): ServedEndpoint | null
}

/**
 * A model is asked for by its provider's name for it. Where several providers offer one name, it means the one that was
 * given first, and `name@address` any of them; an address alone means its provider's model.
 */
export function modelsOf(endpoints: readonly ServedEndpoint[]): Models {
  const names = new Map<string, ServedEndpoint>()
  for (const endpoint of endpoints) {
    const shared = endpoints.filter(({ model }) => model === endpoint.model).length > 1
    if (!names.has(endpoint.model)) names.set(endpoint.model, endpoint)
    if (shared) names.set(`${endpoint.model}@${endpoint.provider}`, endpoint)
  }
  return {
    names,
    find(name) {
      if (name === undefined) return endpoints.length === 1 ? (endpoints[0] ?? null) : null
      const isMeant = ({ model, provider }: ServedEndpoint) =>
        [provider, `${model}@${provider}`].some((one) => one.toLowerCase() === name.toLowerCase())
      return names.get(name) ?? endpoints.find(isMeant) ?? null
    },
  }
}

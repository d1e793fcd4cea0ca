import type { Resolve } from './resolve-host.types.ts'

/** Node's own resolver, loaded at its first use. */
export const resolveHost: Resolve | null = async (host) => {
  const { lookup } = await import('node:dns/promises')
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address)
}

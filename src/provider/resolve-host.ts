/** All addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Node's own resolver, loaded at its first use; null outside Node. */
export function resolveInNode(): Resolve | null {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return typeof process?.versions?.node === 'string' ? addressesOf : null
}

async function addressesOf(host: string): Promise<string[]> {
  const { lookup } = await import('node:dns/promises')
  const found = await lookup(host, { all: true })
  return found.map(({ address }) => address)
}

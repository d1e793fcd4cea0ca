import type { Rpc } from './rpc.types.ts'

/** An address's nonces in a node's pool, where the node shows it: of the address alone, or of all. Null otherwise. */
export async function pooledNoncesOf(rpc: Pick<Rpc, 'pool'>, address: string): Promise<number[] | null> {
  const own = await rpc.pool(address).catch(() => null)
  if (isRecord(own)) return noncesIn(own)
  const all = await rpc.pool(null).catch(() => null)
  if (!isRecord(all)) return null
  const parts = Object.entries(all).map(([name, part]) => [name, ofAddress(part, address)] as const)
  return noncesIn(Object.fromEntries(parts))
}

function ofAddress(part: unknown, address: string): unknown {
  if (!isRecord(part)) return {}
  const found = Object.entries(part).find(([name]) => name.toLowerCase() === address.toLowerCase())
  return found?.[1] ?? {}
}

/** `{ pending: { "7": … }, queued: { "9": … } }` */
function noncesIn({ pending = {}, queued = {} }: Record<string, unknown>): number[] {
  return [pending, queued]
    .flatMap((part) => (isRecord(part) ? Object.keys(part) : []))
    .map(Number)
    .filter(Number.isSafeInteger)
    .toSorted((a, b) => a - b)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Decodes a JSON-RPC quantity, also in the decimal form of some nodes; null for any other value. */
export function quantityOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value >= 0n ? value : null
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null
  return typeof value === 'string' && /^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? BigInt(value) : null
}

/** Decodes a block number or a timestamp; null for any other value. */
export function countOf(value: unknown): number | null {
  const count = Number(quantityOf(value) ?? NaN)
  return Number.isSafeInteger(count) ? count : null
}

/** A 32-byte hash in lower case; null for any other value. */
export function hashOf(value: unknown): string | null {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : null
}

export const toQuantity = (value: bigint | number): string => `0x${value.toString(16)}`

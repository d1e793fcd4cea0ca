/** The largest of these amounts. */
export function max(first: bigint, ...rest: readonly bigint[]): bigint {
  return rest.reduce((most, one) => (one > most ? one : most), first)
}

/** The smallest of an amount and these limits; null is no limit. */
export function min(first: bigint, ...rest: readonly (bigint | null)[]): bigint {
  return rest.reduce<bigint>((least, one) => (one !== null && one < least ? one : least), first)
}

/** The sum of these amounts. */
export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, one) => total + one, 0n)
}

/** The order of two amounts, the smaller first. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

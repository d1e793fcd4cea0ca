import { largestOf, quarterOf } from '../../machines/auto-funding/auto-funding.burn.ts'

/** How large the charges of a window are: the largest, a quarter of it, how many are as large, and how many are less than the quarter. */
export type ChargeSizes = { largest: bigint; quarter: bigint; equal: number; small: number }

export function sizesOf(charges: readonly bigint[]): ChargeSizes {
  const largest = largestOf(charges)
  const quarter = quarterOf(largest)
  const count = (isOne: (charge: bigint) => boolean): number =>
    charges.reduce((sum, one) => (isOne(one) ? sum + 1 : sum), 0)
  return { largest, quarter, equal: count((one) => one === largest), small: count((one) => one < quarter) }
}

/** @returns null where the charges are to be compared anew */
export function withCharge(sizes: ChargeSizes, charge: bigint): ChargeSizes | null {
  if (charge > sizes.largest) return null
  if (charge === sizes.largest) sizes.equal += 1
  else if (charge < sizes.quarter) sizes.small += 1
  return sizes
}

/** @returns null where the charges are to be compared anew */
export function withoutCharge(sizes: ChargeSizes, charge: bigint): ChargeSizes | null {
  if (charge === sizes.largest) sizes.equal -= 1
  else if (charge < sizes.quarter) sizes.small -= 1
  return sizes.equal > 0 ? sizes : null
}

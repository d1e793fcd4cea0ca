import type { Call, Fees } from '../chain/port.ts'

/** Approximate gas of the real contracts. */
const GAS: Readonly<Record<string, bigint>> = {
  addLedger: 190_000n,
  depositFund: 171_000n,
  depositFundFor: 171_000n,
  transferFund: 400_000n,
  retrieveFund: 60_000n,
  refund: 59_000n,
  deleteLedger: 60_000n,
  updateAdditionalInfo: 50_000n,
  acknowledgeTEESigner: 50_000n,
  revokeToken: 61_000n,
  revokeTokens: 65_000n,
  revokeAllTokens: 61_000n,
  fillNonce: 21_000n,
}
const PER_PROVIDER = 150_000n
const REVERTED = 40_000n

/** Gas of a successful call. */
export function gasOf({ method, args }: Call): bigint {
  const [providers] = args
  const count = method === 'retrieveFund' && Array.isArray(providers) ? providers.length : 0
  return (GAS[method] ?? 100_000n) + PER_PROVIDER * BigInt(count)
}

/** Gas of a reverted call. */
export const gasOfRevert = (call: Call): bigint => (gasOf(call) < REVERTED ? gasOf(call) : REVERTED)

/** The most that a transaction pays per unit of gas. */
export const maxPriceOf = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)

/** The gas price of a transaction in a block; null when the base fee is above its maximum. */
export function priceOf(fees: Fees, baseFee: bigint): bigint | null {
  const most = maxPriceOf(fees)
  if (most < baseFee) return null
  if ('gasPrice' in fees) return most
  const price = baseFee + fees.maxPriorityFeePerGas
  return price < most ? price : most
}

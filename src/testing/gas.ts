import type { Call, Fees } from '../chain/port.ts'

/** About what the real contracts use. */
const USED: Readonly<Record<string, bigint>> = {
  addLedger: 190_000n,
  depositFund: 171_000n,
  depositFundFor: 171_000n,
  transferFund: 400_000n,
  retrieveFund: 60_000n,
  refund: 59_000n,
  deleteLedger: 60_000n,
  updateAdditionalInfo: 50_000n,
  acknowledgeTEESigner: 50_000n,
  revokeAllTokens: 61_000n,
}
const PER_PROVIDER = 150_000n
const REVERTED = 40_000n

/** What a call uses when it does what it should. */
export function gasOf({ method, args }: Call): bigint {
  const several = args.find((arg) => Array.isArray(arg))
  return (USED[method] ?? 100_000n) + PER_PROVIDER * BigInt(several?.length ?? 0)
}

/** What a call uses that the contract reverts. */
export const gasOfRevert = (call: Call): bigint => (gasOf(call) < REVERTED ? gasOf(call) : REVERTED)

/** The most that a transaction pays for a unit of gas. */
export const maxPriceOf = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)

/** What it pays in a block; null when the block asks for more than it gives. */
export function priceOf(fees: Fees, baseFee: bigint): bigint | null {
  const most = maxPriceOf(fees)
  if (most < baseFee) return null
  if ('gasPrice' in fees) return most
  const wanted = baseFee + fees.maxPriorityFeePerGas
  return wanted < most ? wanted : most
}

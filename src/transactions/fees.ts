import type { Fees } from '../chain/port.ts'

/** Nodes take a replacement from 10 % more on; an eighth leaves no doubt. */
const STEP = { times: 9n, over: 8n }
const LEAST = { times: 11n, over: 10n }
/** Past this many times what the chain asks, it is not the fee that keeps a transaction from being mined. */
const MOST = 10n

/** Fees that never pass the cap. */
export function capped(fees: Fees, cap: bigint | null): Fees {
  if (cap === null) return fees
  if ('gasPrice' in fees) return { gasPrice: min(fees.gasPrice, cap) }
  const maxFeePerGas = min(fees.maxFeePerGas, cap)
  return { maxFeePerGas, maxPriorityFeePerGas: min(fees.maxPriorityFeePerGas, maxFeePerGas) }
}

/**
 * Fees for the same nonce again: an eighth more than before, or what the chain asks now if that is more.
 *
 * @returns null when the cap, or ten times what the chain asks, leaves less than the tenth more that nodes demand
 */
export function bumped(before: Fees, now: Fees, cap: bigint | null): Fees | null {
  const asked = 'gasPrice' in now ? now.gasPrice : now.maxFeePerGas
  const most = asked * MOST
  const wanted =
    'gasPrice' in before
      ? { gasPrice: max(raised(before.gasPrice, STEP), asked) }
      : {
          maxFeePerGas: max(raised(before.maxFeePerGas, STEP), asked),
          maxPriorityFeePerGas: max(
            raised(before.maxPriorityFeePerGas, STEP),
            'gasPrice' in now ? 0n : now.maxPriorityFeePerGas,
          ),
        }
  const next = capped(wanted, cap === null ? most : min(cap, most))
  const enough = parts(next).every((part, index) => part >= raised(parts(before)[index] ?? 0n, LEAST))
  return enough ? next : null
}

function parts(fees: Fees): bigint[] {
  return 'gasPrice' in fees ? [fees.gasPrice] : [fees.maxFeePerGas, fees.maxPriorityFeePerGas]
}

/** Rounded up, so that a fee of 1 wei rises too. */
function raised(fee: bigint, { times, over }: { times: bigint; over: bigint }): bigint {
  return (fee * times + over - 1n) / over
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

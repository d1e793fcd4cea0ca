import { compare, max, min } from '../../machines/wei.ts'
import type { Fees } from './port.ts'

/** A node's answers about fees, in wei; null where it gives none. */
export type FeeFacts = {
  /** Base fee of the latest block. */
  baseFee: bigint | null
  /** Gas price of legacy transactions. */
  gasPrice: bigint | null
  suggestedTip: bigint | null
  history: FeeHistory | null
  /** The least tip that the node demanded when it refused a transaction; 0 before. */
  demandedTip: bigint
}

/** Fees of the last blocks, in wei. */
export type FeeHistory = {
  /** Base fee of each block, and of the next one. */
  baseFees: readonly bigint[]
  /** Tips of each block with transactions. */
  tips: readonly { low: bigint; median: bigint; high: bigint }[]
}

const GWEI = 10n ** 9n
/** The tip without any other knowledge: 0G's chains demand 2 gwei. */
export const USUAL_TIP = 2n * GWEI
/** No suggestion above these is believed, whatever the history says. */
export const HIGHEST_TIP = 200n * GWEI
export const HIGHEST_BASE_FEE = 10_000n * GWEI
/** The history and a refusal raise the tip at most to these. */
const HIGHEST_LEARNED_TIP = 20n * GWEI
export const HIGHEST_DEMANDED_TIP = 100n * GWEI
/** The history gives a floor from this many blocks with transactions on. */
const LEAST_BLOCKS = 3
/** A suggestion this many times above the highest tip of the last blocks is not believed. */
const MOST_TIMES = 10n

/**
 * The fees to offer: twice the base fee plus a tip. One wrong answer of a node must not cost money, so each answer must agree with the
 * last blocks: a tip of 0 or 1 wei, a tip far above theirs and a base fee far above theirs are replaced by theirs.
 *
 * @returns null where the node gives neither a base fee nor a believable gas price
 */
export function feesOf(facts: FeeFacts): Fees | null {
  const baseFee = baseFeeOf(facts)
  if (baseFee === null) {
    const gasPrice = believablePrice(facts)
    return gasPrice === null ? null : { gasPrice }
  }
  const maxPriorityFeePerGas = tipOf(facts)
  return { maxFeePerGas: 2n * baseFee + maxPriorityFeePerGas, maxPriorityFeePerGas }
}

/** Null on a chain without EIP-1559. */
function baseFeeOf({ baseFee, history }: FeeFacts): bigint | null {
  const known = (history?.baseFees ?? []).filter((fee) => fee > 0n && fee <= HIGHEST_BASE_FEE)
  const highest = max(0n, ...known)
  // Some nodes omit the base fee from the block and still have it in the history.
  if (baseFee === null) return known.at(-1) ?? null
  // A base fee rises by an eighth per block.
  if (highest > 0n && baseFee > 2n * highest) return highest
  return min(baseFee, HIGHEST_BASE_FEE)
}

function tipOf({ suggestedTip, history, demandedTip }: FeeFacts): bigint {
  const { low, median, high } = tipsOf(history)
  const usual = median ?? USUAL_TIP
  const ceiling = min(HIGHEST_TIP, high === null ? HIGHEST_TIP : max(MOST_TIMES * high, USUAL_TIP))
  const floor = max(min(low ?? 0n, HIGHEST_LEARNED_TIP), min(demandedTip, HIGHEST_DEMANDED_TIP))
  return max(believableTip(), floor)

  function believableTip(): bigint {
    if (suggestedTip === null || suggestedTip <= 1n) return min(usual, ceiling)
    return suggestedTip <= ceiling ? suggestedTip : min(high ?? usual, ceiling)
  }
}

/** A legacy gas price is paid in full, so it has the bounds of a tip. Null for a price that is not believed. */
function believablePrice({ gasPrice, history, demandedTip }: FeeFacts): bigint | null {
  const { median, high } = tipsOf(history)
  const ceiling = min(HIGHEST_TIP, high === null ? HIGHEST_TIP : max(MOST_TIMES * high, USUAL_TIP))
  const price = gasPrice !== null && gasPrice <= ceiling ? gasPrice : median
  return price === null ? null : max(price, min(demandedTip, HIGHEST_DEMANDED_TIP))
}

type Tips = { low: bigint | null; median: bigint | null; high: bigint | null }

/** The lowest, the usual and the highest tip of the last blocks; null where they do not show it. */
function tipsOf(history: FeeHistory | null): Tips {
  const blocks = history?.tips ?? []
  const medians = blocks.map(({ median }) => median).filter((tip) => tip > 1n)
  const sorted = medians.toSorted(compare)
  return {
    low: blocks.length < LEAST_BLOCKS ? null : (blocks.map(({ low }) => low).toSorted(compare)[0] ?? null),
    median: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    high: medians.length === 0 ? null : max(0n, ...blocks.map(({ high }) => high)),
  }
}

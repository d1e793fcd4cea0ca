import type { FeeHistory } from './fees.ts'
import { quantityOf } from './quantity.ts'

type RawHistory = { baseFeePerGas?: unknown; gasUsedRatio?: unknown; reward?: unknown }

/** Decodes an eth_feeHistory answer with three percentiles per block; null for any other answer. */
export function decodeFeeHistory(answer: unknown): FeeHistory | null {
  if (typeof answer !== 'object' || answer === null) return null
  const { baseFeePerGas, gasUsedRatio, reward } = answer as RawHistory
  if (!Array.isArray(baseFeePerGas)) return null
  const rewards: unknown[] = Array.isArray(reward) ? reward : []
  const ratios: unknown[] = Array.isArray(gasUsedRatio) ? gasUsedRatio : []
  return {
    baseFees: baseFeePerGas.flatMap((fee: unknown) => quantityOf(fee) ?? []),
    tips: rewards.flatMap((block, index) => (ratios[index] === 0 ? [] : (tipsOf(block) ?? []))),
  }
}

function tipsOf(block: unknown): FeeHistory['tips'][number] | null {
  if (!Array.isArray(block)) return null
  const [low, median, high] = block.map(quantityOf)
  if (low == null || median == null || high == null) return null
  return { low, median, high }
}

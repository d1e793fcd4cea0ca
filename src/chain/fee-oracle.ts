import { max, min } from '../../machines/wei.ts'
import { ReadError } from '../base/errors.ts'
import { messagesOf } from './cause.ts'
import { feesOf, HIGHEST_DEMANDED_TIP, USUAL_TIP } from './fees.ts'
import type { Fees } from './port.ts'
import type { Rpc } from './rpc.types.ts'

/** The fees of this many last blocks decide whether a suggestion is believed. */
const BLOCKS = 20

export type FeeOracle = {
  /** Gas fees for a transaction now. Rejects with ReadError where the node gives none that can be believed. */
  fees(): Promise<Fees>
  /** Learns the least tip from the error of a node that refused a transaction as underpriced. */
  learn(error: unknown): void
}

/** Asks a node for fees, and checks its answers against the last blocks. */
export function createFeeOracle(rpc: Pick<Rpc, 'block' | 'gasPrice' | 'suggestedTip' | 'feeHistory'>): FeeOracle {
  let demandedTip = 0n
  let lastTip = 0n

  return {
    async fees() {
      const [block, suggestedTip, history] = await Promise.all([
        rpc.block('latest'),
        rpc.suggestedTip().catch(() => null),
        rpc.feeHistory(BLOCKS).catch(() => null),
      ])
      if (!block) throw new ReadError('The node has no latest block.', {})
      const facts = { baseFee: block.baseFee, gasPrice: null, suggestedTip, history, demandedTip }
      const fees = feesOf(facts) ?? feesOf({ ...facts, gasPrice: await rpc.gasPrice() })
      if (!fees) throw new ReadError('The node names no gas price that can be believed.', {})
      lastTip = 'gasPrice' in fees ? fees.gasPrice : fees.maxPriorityFeePerGas
      return fees
    },
    learn(error) {
      const tip = demandedIn(error, lastTip)
      demandedTip = max(demandedTip, min(tip, HIGHEST_DEMANDED_TIP))
    },
  }
}

/** The tip that a refusal demands: the number in it, else twice the last one. 0 for another error. */
function demandedIn(error: unknown, lastTip: bigint): bigint {
  const text = messagesOf(error).find((message) => /underpriced|below (?:the )?minimum|tip needed/i.test(message))
  if (text === undefined || /replacement/i.test(text)) return 0n
  const [, demanded] = /(?:minimum needed|tip needed)\D{0,4}(\d{1,30})/i.exec(text) ?? []
  if (demanded !== undefined) return BigInt(demanded)
  return 2n * lastTip > USUAL_TIP ? 2n * lastTip : USUAL_TIP
}

import { toQuantity } from 'ethers'
import { changedFields, type Fault } from './faults.ts'
import type { FaultRule } from './proxy.ts'

type Lie = (call: { method: string; params: unknown[] }, by: () => number) => Fault | undefined

const ABSURD = '0x16345785d8a0000'
const TEN_YEARS = 10 * 365 * 86_400

/** A quantity that a lie is added to; null and what is no quantity stays. */
const plus =
  (by: number) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? toQuantity(Math.max(0, Number(value) + by)) : value
const changed = (by: number): Fault => ({ kind: 'change', change: plus(by) })
const answer = (result: unknown): Fault => ({ kind: 'replace', result })
const only = (name: string, fault: (params: unknown[], by: number) => Fault): Lie => {
  return ({ method, params }, by) => (method === name ? fault(params, by()) : undefined)
}
const one = <T>(some: readonly [T, ...T[]], by: number): T => some[by % some.length] ?? some[0]

/** What a node can lie about in one answer of JSON-RPC. `by` chooses among the lies about one subject. */
const LIES: readonly Lie[] = [
  only('eth_blockNumber', (_, by) => changed(one([10 ** 9, 40, 1, -1, -40], by))),
  only('eth_getBlockByNumber', (_, by) => changedFields({ number: plus(one([10 ** 9, 40, -1], by)) })),
  only('eth_getBlockByNumber', (_, by) => changedFields({ timestamp: plus(one([TEN_YEARS, 86_400, -86_400], by)) })),
  only('eth_getBlockByNumber', (_, by) => changedFields({ baseFeePerGas: () => one([ABSURD, '0x0', null], by) })),
  only('eth_getBlockByNumber', () => answer(null)),
  only('eth_getTransactionReceipt', (_, by) =>
    changedFields(
      one<Record<string, (value: unknown) => unknown>>(
        [
          { status: () => undefined },
          { blockNumber: () => undefined },
          { blockNumber: plus(10 ** 9) },
          { blockHash: () => `0x${'ab'.repeat(32)}` },
          { transactionHash: () => `0x${'cd'.repeat(32)}` },
          { gasUsed: () => ABSURD },
        ],
        by,
      ),
    ),
  ),
  only('eth_getTransactionReceipt', () => answer(null)),
  only('eth_getTransactionCount', (_, by) => changed(one([1, 5, 10 ** 6, -1, -3], by))),
  only('eth_maxPriorityFeePerGas', (_, by) => answer(one([ABSURD, '0x0', '0x1', null], by))),
  only('eth_feeHistory', () => answer({ oldestBlock: '0x0', baseFeePerGas: [ABSURD], gasUsedRatio: [], reward: [] })),
  only('eth_getBalance', (_, by) => answer(one(['0x0', '0x1', ABSURD], by))),
  only('eth_estimateGas', (_, by) => answer(one([toQuantity(10 ** 7), toQuantity(10 ** 12)], by))),
  only('eth_estimateGas', () => ({ kind: 'rpc', code: 3, message: 'execution reverted', data: '0x3204506f' })),
  only('eth_call', () => ({ kind: 'change', change: (bytes) => String(bytes).slice(0, 130) })),
  only('eth_call', () => ({ kind: 'rpc', code: 3, message: 'execution reverted', data: '0x3204506f' })),
  only('eth_chainId', () => answer('0x1')),
  only('eth_getTransactionByHash', () => answer(null)),
  only('txpool_content', () => answer({ pending: {}, queued: {} })),
  only('eth_sendRawTransaction', (_, by) => ({
    kind: 'refuse',
    code: -32_000,
    message: one(['invalid sender', 'nonce too low', 'insufficient funds for gas * price + value'], by),
  })),
]

/** Lies drawn from a seed, one after another: each is told once, or for some of the calls that it is about. */
export function randomLies(random: () => number): FaultRule {
  let lie = draw()
  return (call) => {
    if (random() < 0.1) lie = draw()
    if (lie.left <= 0) return undefined
    const fault = lie.tell(call, () => lie.by)
    if (fault) lie.left -= 1
    return fault
  }

  function draw() {
    const tell = LIES[Math.floor(random() * LIES.length)] ?? (() => undefined)
    return { tell, by: Math.floor(random() * 60), left: random() < 0.5 ? 1 : 2 + Math.floor(random() * 8) }
  }
}

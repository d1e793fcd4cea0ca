import { gradeBroadcastError } from '../../src/chain/broadcast-answer.ts'
import type { Connected } from '../../src/chain/connect.ts'
import { createFeeOracle } from '../../src/chain/fee-oracle.ts'
import type { Fees, MinedTransaction, TransactionPort } from '../../src/chain/port.ts'
import { createReceipts } from '../../src/chain/receipts.ts'
import type { BlockHeader, Rpc } from '../../src/chain/rpc.types.ts'
import type { Clock } from '../../src/base/clock.ts'
import { contractError } from '../../src/base/contract-errors.ts'
import { ReadError } from '../../src/base/errors.ts'
import { WrongChainError } from '../../src/base/not-sent-errors.ts'
import { fakeHash } from '../../src/testing/fakes.ts'

/** What a node can lie about, and its lies. A lie is chosen by its index. */
const LIES = {
  /** Added to the number of a reading's block, and to the head. */
  blockNumber: [10 ** 9, 40, 1, -1, -40, -(10 ** 9)],
  /** Added to the time of a block, in seconds. */
  blockTime: [10 * 365 * 86_400, 86_400, 300, -300, -86_400, -10 * 365 * 86_400],
  /** Fields of a receipt that the node replaces. */
  receipt: [
    { status: undefined },
    { status: null },
    { status: '0x0' },
    { status: '0x1' },
    { blockNumber: undefined },
    { blockNumber: null },
    { blockNumber: '0x3b9aca00' },
    { blockHash: fakeHash('another block') },
    { transactionHash: fakeHash('another transaction') },
    { gasUsed: '0xffffffffffffffff' },
    null,
  ],
  /** Added to a nonce count. */
  nonceCount: [1, 5, 10 ** 6, -1, -3, -(10 ** 6)],
  /** Multiplies the base fee. */
  baseFee: [0n, 2n, 1_000n, 10n ** 9n],
  /** The suggested tip, in wei. */
  tip: [0n, 1n, 10n ** 12n, 10n ** 17n],
  /** The wallet's balance, in wei. */
  balance: [0n, 1n, 10n ** 16n, 10n ** 30n],
  /** The gas that a call is said to need. */
  estimate: [1n, 21_000n, 10n ** 8n, 10n ** 12n],
  /** The contract error that a call is said to end with. */
  revert: ['LedgerNotExists', 'InsufficientAvailableBalance', 'LedgerExists', 'CallFailed'],
  /** What a node that took the bytes says of them. */
  refusal: [
    'insufficient funds for gas * price + value',
    'invalid sender',
    'nonce too low',
    'transaction underpriced',
    'no such method',
  ],
  /** Whether the node knows a transaction. */
  knows: [true, false],
  /** The answer of a call is cut. */
  truncated: [true],
  /** The chain's id. */
  chainId: [1n],
} as const

export type LieSubject = keyof typeof LIES
export const lieSubjects = Object.keys(LIES) as LieSubject[]

/** One lie: told once, or in each answer of so many seconds. */
export type Lie = { subject: LieSubject; index: number; seconds: number | 'once' }

/** Makes the answers of a node wrong for a while: each of them could be right. */
export function createLyingNode(clock: Clock) {
  const told = new Map<LieSubject, { value: unknown; until: number | 'once' }>()

  return {
    tell({ subject, index, seconds }: Lie): void {
      const lies = LIES[subject]
      const until = seconds === 'once' ? seconds : clock.now() + seconds * 1_000
      told.set(subject, { value: lies[index % lies.length], until })
    },
    heal: (): void => told.clear(),
    bend(connected: Connected): Connected {
      const { transactions: port } = connected
      const fees = feesBeneath(connected.fees)
      const head = Math.max(0, connected.head + (lieAbout('blockNumber') ?? 0))
      return {
        ...connected,
        head,
        async readPosition() {
          const { block, wallet, ...rest } = await connected.readPosition()
          if (lieAbout('truncated')) throw new ReadError('The answer of the node is cut.', {})
          const number = Math.max(0, block.number + (lieAbout('blockNumber') ?? 0))
          const timestamp = Math.max(0, block.timestamp + (lieAbout('blockTime') ?? 0))
          const balance = lieAbout('balance') ?? wallet.balance
          return { ...rest, block: { number, timestamp }, wallet: { ...wallet, balance } }
        },
        timestampOf: async (number) => bentTime(await connected.timestampOf(number)),
        fees,
        transactions: port && bentPort(port, fees),
      }
    },
  }

  function lieAbout<S extends LieSubject>(subject: S): (typeof LIES)[S][number] | undefined {
    const lie = told.get(subject)
    if (lie === undefined) return undefined
    if (lie.until === 'once') told.delete(subject)
    else if (lie.until < clock.now()) return void told.delete(subject)
    return lie.value as (typeof LIES)[S][number]
  }

  function bentTime(timestamp: number | null): number | null {
    return timestamp === null ? null : Math.max(0, timestamp + (lieAbout('blockTime') ?? 0))
  }

  function bentPort(port: TransactionPort, fees: () => Promise<Fees>): TransactionPort {
    return {
      ...port,
      fees,
      async checkChain() {
        const actual = lieAbout('chainId')
        if (actual !== undefined) throw new WrongChainError({ expected: 31_337n, actual })
      },
      async estimateGas(call) {
        const errorName = lieAbout('revert')
        if (errorName !== undefined) throw contractError({ operation: call.method, errorName, errorArgs: {} })
        return lieAbout('estimate') ?? (await port.estimateGas(call))
      },
      transactionCount: async (tag) => Math.max(0, (await port.transactionCount(tag)) + (lieAbout('nonceCount') ?? 0)),
      balance: async () => lieAbout('balance') ?? (await port.balance()),
      head: async () => Math.max(0, (await port.head()) + (lieAbout('blockNumber') ?? 0)),
      knows: async (hash) => lieAbout('knows') ?? (await port.knows(hash)),
      timestampOf: async (number) => bentTime(await port.timestampOf(number)),
      async broadcast(raw) {
        const answer = await port.broadcast(raw)
        const refusal = lieAbout('refusal')
        return refusal === undefined ? answer : gradeBroadcastError(new Error(refusal))
      },
      mined: receiptsBeneath(port.mined),
    }
  }

  /** The library's own reading of receipts, on answers of this node. */
  function receiptsBeneath(mined: TransactionPort['mined']): TransactionPort['mined'] {
    const heads = new Map<number, BlockHeader>()
    return createReceipts({
      async receipt(hash) {
        const found = await mined(hash)
        const lie = lieAbout('receipt')
        if (!found || lie === null) return null
        heads.set(found.blockNumber, headerOf(found))
        return { ...fieldsOf(found), ...lie }
      },
      block: (number) => Promise.resolve(heads.get(Number(number)) ?? null),
    })
  }

  /** The library's own judgement of fees, on answers of this node. */
  function feesBeneath(real: () => Promise<Fees>): () => Promise<Fees> {
    const asked = async () => {
      const fees = await real()
      if ('gasPrice' in fees) throw new Error('The simulated chain has a base fee.')
      const { maxFeePerGas, maxPriorityFeePerGas: tip } = fees
      return { baseFee: (maxFeePerGas - tip) / 2n, tip }
    }
    const rpc: Pick<Rpc, 'block' | 'gasPrice' | 'suggestedTip' | 'feeHistory'> = {
      async block() {
        const { baseFee } = await asked()
        const lie = lieAbout('baseFee')
        return { number: 0, timestamp: 0, hash: null, transactions: [], baseFee: baseFee * (lie ?? 1n) }
      },
      gasPrice: () => Promise.resolve(null),
      suggestedTip: async () => lieAbout('tip') ?? (await asked()).tip,
      async feeHistory() {
        const { baseFee, tip } = await asked()
        return { baseFees: [baseFee, baseFee], tips: [{ low: tip, median: tip, high: tip }] }
      },
    }
    return createFeeOracle(rpc).fees
  }
}

const blockHashOf = (number: number): string => fakeHash(`block ${number}`)

function headerOf({ blockNumber: number }: MinedTransaction): BlockHeader {
  return { number, timestamp: 0, hash: blockHashOf(number), baseFee: null, transactions: [] }
}

function fieldsOf({ transactionHash, blockNumber, gasUsed, status }: MinedTransaction) {
  return { transactionHash, blockNumber, blockHash: blockHashOf(blockNumber), gasUsed, status, logs: [] }
}

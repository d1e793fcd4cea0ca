import type { Fees, MinedTransaction, Spender, TransactionPort } from '../../src/chain/port.ts'
import { systemClock } from '../../src/base/clock.ts'
import { silent } from '../../src/base/logger.ts'
import { intentOf } from '../../src/transactions/build-intent.ts'
import { memoryJournal } from '../../src/transactions/memory-journal.ts'
import { createLane } from '../../src/transactions/lane.ts'
import type { LaneOptions } from '../../src/transactions/lane.types.ts'

/** A node that answers as the test says, and remembers what it was sent. */
export type ScriptedPort = TransactionPort & {
  /** Hashes of broadcast transactions, in the order of their arrival. */
  readonly sent: string[]
  /** Fees of every transaction that was signed. */
  readonly signed: Fees[]
  readonly receipts: Map<string, MinedTransaction>
  readonly spenders: Map<number, Spender>
  /** Nonces spent as of the latest block. */
  spent: number
  asked: Fees
}

export function scriptedPort(overrides: Partial<TransactionPort> = {}): ScriptedPort {
  const port: ScriptedPort = {
    sent: [],
    signed: [],
    receipts: new Map(),
    spenders: new Map(),
    spent: 0,
    asked: { maxFeePerGas: 30n, maxPriorityFeePerGas: 10n },
    checkChain: () => Promise.resolve(),
    estimateGas: () => Promise.resolve(100_000n),
    fees: () => Promise.resolve(port.asked),
    transactionCount: () => Promise.resolve(port.spent),
    sign: (_, { nonce, fees }) => {
      port.signed.push(fees)
      const hash = `0x${nonce.toString(16).padStart(8, '0')}${port.signed.length.toString(16).padStart(56, '0')}`
      return Promise.resolve({ raw: hash, hash })
    },
    send: () => Promise.reject(new Error('not a wallet that sends')),
    broadcast: (raw) => {
      port.sent.push(raw)
      return Promise.resolve({ grade: 'arrived', reason: 'none', message: '' })
    },
    mined: (hash) => Promise.resolve(port.receipts.get(hash) ?? null),
    knows: (hash) => Promise.resolve(port.sent.includes(hash)),
    balance: () => Promise.resolve(10n ** 24n),
    // A block every second, also under fake timers.
    pooledNonces: () => Promise.resolve(null),
    head: () => Promise.resolve(Math.floor(Date.now() / 1_000)),
    spender: (nonce) => Promise.resolve(port.spenders.get(nonce) ?? null),
    timestampOf: () => Promise.resolve(null),
    blockHash: (number) => Promise.resolve(`0x${number.toString(16).padStart(64, '0')}`),
    isCall: () => false,
    replay: () => Promise.resolve(null),
    ...overrides,
  }
  return port
}

export const receiptOf = (transactionHash: string, blockNumber: number): MinedTransaction => ({
  transactionHash,
  blockNumber,
  gasUsed: 50_000n,
  status: 1,
})

export const deposit = () =>
  intentOf({ contract: 'ledger', method: 'depositFund', args: [], value: 1n }, { amount: 1n })

export function laneOn(port: TransactionPort, options: Partial<LaneOptions> = {}) {
  return createLane({
    port,
    journal: memoryJournal(),
    blockTimeMs: () => 1_000,
    onMined: () => undefined,
    onChange: () => undefined,
    maxFeePerGas: null,
    gasMark: 0,
    clock: systemClock,
    logger: silent,
    ...options,
  })
}

import type { JournalRecord } from '../../src/index.ts'

/** The record of an intent by which auto-funding pays so much wei; `decidedAt` in seconds of block time. */
export function paymentRecord(id: string, amount: bigint, decidedAt = 0, nonce = 7): JournalRecord {
  const subAccount = { provider: '0x1', serviceType: 'inference' } as const
  return {
    type: 'prepared',
    id,
    intent: {
      call: { contract: 'ledger', method: 'transferFund', args: ['0x1', 'inference-v1.0', amount] },
      subAccount,
      touches: [subAccount],
      decidedAt,
      amount,
      fromLedger: amount,
    },
    nonce,
    gasLimit: 100_000n,
    fees: { maxFeePerGas: 3n, maxPriorityFeePerGas: 1n },
    signed: { raw: '0x02', hash: '0xaa' },
    at: 1_700_000_000_000,
  }
}

/** What may become of it. */
export const outcomeRecords = {
  mined: (id: string): JournalRecord => ({ type: 'mined', id, hash: '0xaa', blockNumber: 5, status: 1 }),
  reverted: (id: string): JournalRecord => ({ type: 'mined', id, hash: '0xaa', blockNumber: 5, status: 0 }),
  superseded: (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'a test' }),
  refused: (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'not authorized', refused: true }),
  unmined: (id: string): JournalRecord => ({ type: 'unmined', id }),
} as const

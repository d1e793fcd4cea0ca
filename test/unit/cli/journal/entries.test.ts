import { expect, test } from 'vitest'
import type { JournalEntry } from '../../../../src/index.ts'
import { entryColumns } from '../../../../src/cli/journal/entries.ts'
import { table } from '../../../../src/cli/screen/table.ts'

const alice = { provider: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', serviceType: 'inference' } as const
const bob = { provider: '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', serviceType: 'fine-tuning' } as const

test('the table of transactions says which sub-account each one pays or asks', () => {
  expect(table(entryColumns, [mined(0, []), mined(1, [alice]), mined(2, [alice, bob])])).toEqual([
    'ID   DECIDED               NONCE  OPERATION     SUB-ACCOUNT            AMOUNT  STATE  TRANSACTION',
    '0-a  2026-01-01 00:00:00Z      0  transferFund  -                      1.0000  mined  0x00',
    '1-a  2026-01-01 00:00:00Z      1  transferFund  inference 0x7099…79C8  1.0000  mined  0x01',
    '2-a  2026-01-01 00:00:00Z      2  transferFund  2 sub-accounts         1.0000  mined  0x02',
  ])
})

function mined(nonce: number, touches: JournalEntry['prepared']['intent']['touches']): JournalEntry {
  const id = `${nonce}-a`
  const hash = `0x0${nonce}`
  return {
    prepared: {
      type: 'prepared',
      id,
      at: Date.UTC(2026, 0, 1),
      wallet: alice.provider,
      nonce,
      gasLimit: 1n,
      intent: {
        call: { contract: 'ledger', method: 'transferFund', args: [] },
        subAccount: null,
        touches,
        decidedAt: null,
        amount: 10n ** 18n,
        fromLedger: 10n ** 18n,
      },
    },
    attempts: [],
    outcome: { type: 'mined', id, hash, blockNumber: 1, status: 1 },
  } as unknown as JournalEntry
}

import { expect, test } from 'vitest'
import type { BrokerEvent } from '../../../../src/index.ts'
import { moment } from '../../../../src/cli/screen/words.ts'
import { paymentLine } from '../../../../src/cli/screen/payment-lines.ts'

const head = { version: 1, chainId: 1, wallet: '0x1', at: 1_790_000_000, block: 7 } as const
const of = { provider: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', serviceType: 'inference' } as const
const paid = { operation: 'transferFund', amount: '1500000000000000000', automatic: true } as const
const mined = { transaction: '1-ab', hash: '0xab', nonce: 1, blockNumber: 8, gasUsed: '1', fee: null } as const
const failed = { message: 'The ledger is short.', transaction: null, hash: null, nonce: null, fee: null } as const

test.each<[string, BrokerEvent, string]>([
  [
    'a mined top-up',
    { ...head, ...of, ...paid, ...mined, type: 'top-up.mined' },
    'topped up inference 0x7099…79C8 by 1.5 OG: 0xab',
  ],
  ['a mined deposit', { ...head, ...paid, ...mined, type: 'deposit.mined' }, 'deposited 1.5 OG: 0xab'],
  [
    'a failed top-up',
    { ...head, ...of, ...paid, ...failed, type: 'top-up.failed', outcome: 'not-sent' },
    'topping up inference 0x7099…79C8 by 1.5 OG failed (not-sent): The ledger is short.',
  ],
  [
    'a failed deposit',
    { ...head, ...paid, ...failed, type: 'deposit.failed', outcome: 'reverted' },
    'depositing 1.5 OG failed (reverted): The ledger is short.',
  ],
  [
    'a claim',
    { ...head, ...of, type: 'refund.claimed', amount: paid.amount },
    'claimed 1.5 OG from inference 0x7099…79C8',
  ],
])('%s is a line with its time', (_, event, words) => {
  expect(paymentLine(event)).toBe(`${moment(head.at)}  ${words}`)
})

test('what is decided anew, and what is no payment, is no line', () => {
  const overtaken: BrokerEvent = { ...head, ...of, ...paid, ...failed, type: 'top-up.failed', outcome: 'overtaken' }
  expect(paymentLine(overtaken)).toBeNull()
  expect(paymentLine({ ...head, type: 'ledger.ample', available: '1' })).toBeNull()
})

test('a time has the offset of its zone', () => {
  const before = process.env['TZ']
  try {
    const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns'].map((zone) => {
      process.env['TZ'] = zone
      return moment(1_790_000_000)
    })
    expect(zones).toEqual(['2026-09-21 14:13:20Z', '2026-09-21 16:13:20+02:00', '2026-09-21 11:43:20-02:30'])
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
})

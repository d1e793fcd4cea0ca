import { expect, test } from 'vitest'
import { autoDepositPairs } from '../../../../src/cli/screen/deposit-lines.ts'
import { ogToWei as og, type AutoDepositStatus, type DepositDecision } from '../../../../src/index.ts'

const row = {
  available: og('12'),
  due: og('3'),
  arriving: 0n,
  spare: og('9'),
  trigger: og('5'),
  target: og('20'),
  deficit: 0n,
  burnRate: null,
  runway: null,
  limits: { maxDeposit: null, maxLedger: null, budgetLeft: null, coolingUntil: 0 },
}
const low = { ...row, available: 0n, spare: -og('3'), deficit: og('23') }
const on: AutoDepositStatus = {
  state: 'watching',
  reason: 'sufficient',
  lastDeposit: null,
  deposits: 0,
  paid: '0',
  failure: null,
  payerError: null,
  payerRefusal: null,
}
const failure = { count: 1, at: 0, message: 'The deposit was not approved.\n\nfacts' }
const LEVELS = '(trigger 5 OG, target 20 OG)'

test.for<[string, DepositDecision, AutoDepositStatus | null]>([
  [`nothing: enough is available; 9 OG stay ${LEVELS}`, { ...row, action: 'hold', reason: 'sufficient' }, null],
  [
    `nothing: enough is available; 9 OG stay, which lasts 2d 1h ${LEVELS}; no deposit so far`,
    { ...row, runway: 49 * 3_600, action: 'hold', reason: 'sufficient' },
    on,
  ],
  [
    `deposit 23 OG; 3 OG short of what is due ${LEVELS}; 1 deposit of 7 OG so far`,
    { ...low, action: 'deposit', amount: og('23') },
    { ...on, deposits: 1, paid: String(og('7')) as AutoDepositStatus['paid'] },
  ],
  [`asks to deposit 23 OG; 3 OG short of what is due ${LEVELS}`, { ...low, action: 'propose', amount: og('23') }, null],
  [
    `wait: the wallet that deposits has too little beside what it keeps: 22 OG missing; 3 OG short of what is due ${LEVELS}`,
    { ...low, action: 'hold', reason: 'wallet-short', missing: og('22') },
    null,
  ],
  [
    `wait: the last deposit is too recent; 3 OG short of what is due ${LEVELS}`,
    { ...low, action: 'hold', reason: 'cooling-down' },
    null,
  ],
  [
    `The deposit was not approved. Tried again later; 3 OG short of what is due ${LEVELS}; no deposit so far`,
    { ...low, action: 'hold', reason: 'backing-off' },
    { ...on, failure },
  ],
  [
    `deposit 23 OG (The deposit was not approved.); 3 OG short of what is due ${LEVELS}; no deposit so far`,
    { ...low, action: 'deposit', amount: og('23') },
    { ...on, failure },
  ],
])('the deposit line says: %s', ([words, decision, status]) => {
  expect(autoDepositPairs({ decision, status })).toEqual([['auto-deposit', words]])
})

test('no top-up is spoken of in the reasons of a deposit', () => {
  for (const reason of ['settling', 'over-max', 'cooling-down', 'backing-off', 'overtaken'] as const)
    expect(
      JSON.stringify(autoDepositPairs({ decision: { ...low, action: 'hold', reason }, status: null })),
    ).not.toMatch(/top-up/)
})

test('a wallet that cannot be read is named with its error, and without deposits there is no line', () => {
  const decision = { ...low, action: 'hold', reason: 'payer-unread' } as const
  const status = { ...on, payerError: "The key that deposits is the wallet's own.\n\nwallet: 0x" }
  expect(autoDepositPairs({ decision, status })).toEqual([
    [
      'auto-deposit',
      `wait: the wallet that deposits could not be read yet; 3 OG short of what is due ${LEVELS}; no deposit so far`,
    ],
    ['', "The wallet that deposits cannot be read: The key that deposits is the wallet's own."],
  ])
  expect(autoDepositPairs(null)).toEqual([])
})

import { parseEther } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { createApprovals } from '../../../src/visualizer/approvals.ts'
import { closingPlanStateOf } from '../../../src/visualizer/closing-plan.ts'
import { createControl } from '../../../src/visualizer/control.ts'
import { createEntryLog } from '../../../src/visualizer/entry-log.ts'
import { problemOf } from '../../../src/visualizer/page/format/amount-input.ts'
import { amountLimits } from '../../../src/visualizer/page/format/amount-limits.ts'
import { belongsTo, noticeOf } from '../../../src/visualizer/page/format/notices.ts'
import { moment } from '../../../src/visualizer/page/format/durations.ts'
import { inOrder } from '../../../src/visualizer/page/parts/keys.ts'
import type { ControlUsed, TransactionChanged } from '../../../src/visualizer/protocol.ts'
import { account, og, START, stateOf } from '../../browser/scenes.ts'

test('an amount that cannot be sent says why', () => {
  const limits = { most: og(12), why: 'the ledger has no more' }
  expect(
    ['', '1.5', ' 12 ', '0', '0.0', '-1', '1,5', '1,000.5', '1.0000000000000000001', '1e3', 'OG', '12.1'].map((text) =>
      problemOf(text, limits),
    ),
  ).toEqual([
    null,
    null,
    null,
    'An amount is above 0.',
    'An amount is above 0.',
    'An amount is above 0.',
    'Decimals stand after a point, without other separators: 1.5.',
    'Decimals stand after a point, without other separators: 1.5.',
    'OG has 18 decimals at most.',
    'This is no amount of OG. An example: 1.5.',
    'This is no amount of OG. An example: 1.5.',
    'At most 12 OG: the ledger has no more.',
  ])
})

test('the most that may be sent follows what is there, the limits, and the budget', () => {
  const limits = (more: object) => ({
    maxTopUp: null,
    budgetLeft: null,
    coolingUntil: 0,
    ledgerReserve: '0' as const,
    ...more,
  })
  const topUp = (more: object = {}) => {
    const one = account(0, { available: 0.7, target: 3, plan: { limits: limits(more) } })
    const { provider, serviceType } = one
    return amountLimits({ action: 'top-up', provider, serviceType }, stateOf([one]))
  }
  const suggestions = [
    { name: 'to the target', wei: og(2.3) },
    { name: 'for a day', wei: og(9.6) },
  ]
  expect(topUp()).toEqual({ most: og(82.316), why: 'the ledger has no more', suggestions })
  expect(topUp({ ledgerReserve: og(80) })).toEqual({
    most: og(2.316),
    why: 'more would touch the reserve of the ledger',
    suggestions: suggestions.slice(0, 1),
  })
  expect(topUp({ ledgerReserve: og(100) })).toMatchObject({ most: '0', suggestions: [] })
  expect(topUp({ maxTopUp: og(5) })).toMatchObject({ most: og(5), why: 'one top-up may send no more' })
  expect(topUp({ maxTopUp: og(5), budgetLeft: og(1) })).toMatchObject({
    most: og(1),
    why: 'no more is left of its budget in this window',
  })
  expect(amountLimits({ action: 'close' }, stateOf([]))).toBeNull()
})

test('a deposit suggests what the forecast asks for, and leaves the wallet gas', () => {
  const deposit = (balance: number, deposits: { days: number; amount: `${bigint}` }[]) =>
    amountLimits(
      { action: 'deposit', amount: '0' },
      stateOf([], {
        wallet: { address: '0x', balance: og(balance) },
        forecast: { ledgerDryAt: null, gasDryAt: null, burnRate: og(1), deposits },
      }),
    )
  expect(
    deposit(60, [
      { days: 1, amount: '0' },
      { days: 7, amount: og(13.6) },
      { days: 30, amount: og(124) },
    ]),
  ).toEqual({
    most: og(59.95),
    why: 'the wallet has 60 OG, and keeps 0.05 for gas',
    suggestions: [{ name: '7 days', wei: og(13.6) }],
  })
  expect(deposit(20, [])).toMatchObject({ suggestions: [{ name: '', wei: og(10) }] })
  expect(deposit(0.01, [])).toMatchObject({ most: '0', suggestions: [] })
})

const clocks = { now: START, at: (seconds: number) => seconds * 1_000 }

test('the one notice about an action changes from the request to its outcome', () => {
  const one = account(0, { model: 'qwen' })
  const state = stateOf([one])
  const used = (outcome: ControlUsed['outcome'], message: string | null = null): ControlUsed => ({
    kind: 'control',
    action: 'top-up',
    subAccount: one.key,
    outcome,
    message,
  })
  const transaction = (value: string, blockNumber: number | null): TransactionChanged => ({
    kind: 'transaction',
    id: '1',
    value,
    operation: 'transferFund',
    subAccount: one.key,
    amount: og(1),
    hash: null,
    blockNumber,
  })
  expect([
    noticeOf({ used: used('asked'), transaction: null }, state, clocks),
    noticeOf({ used: used('asked'), transaction: transaction('broadcast', null) }, state, clocks),
    noticeOf({ used: used('asked'), transaction: transaction('mined', 345) }, state, clocks),
    noticeOf({ used: used('done', 'Mined in block 345.'), transaction: null }, state, clocks),
    noticeOf({ used: used('done', 'Enough is available.'), transaction: null }, state, clocks),
    noticeOf({ used: { ...used('done'), action: 'pause' }, transaction: null }, state, clocks),
    noticeOf({ used: used('failed', 'The ledger has too little.'), transaction: null }, state, clocks),
  ]).toEqual([
    { tone: 'moving', text: 'Top up qwen: asked for' },
    { tone: 'moving', text: 'Top up qwen: on its way' },
    { tone: 'moving', text: 'Top up qwen: mined in block 345' },
    { tone: 'good', text: 'Top up qwen: mined in block 345' },
    { tone: 'good', text: 'Top up qwen: enough is available' },
    { tone: 'good', text: 'Pause qwen: done' },
    { tone: 'bad', text: 'Top up qwen: failed. The ledger has too little.' },
  ])
  const asked = { used: used('asked'), transaction: null }
  expect([
    belongsTo(asked, transaction('broadcast', null)),
    belongsTo(asked, { ...transaction('broadcast', null), subAccount: 'inference:0x1' }),
    belongsTo(asked, { ...transaction('broadcast', null), operation: 'retrieveFund' }),
    belongsTo({ used: used('done'), transaction: null }, transaction('broadcast', null)),
  ]).toEqual([true, false, false, false])
})

test('the notice about a retrieve says when the money can be claimed, once a reading shows it', () => {
  const used = { kind: 'control', action: 'retrieve', outcome: 'done', message: 'Mined in block 9.' } as const
  const text = (one: ReturnType<typeof account>) =>
    noticeOf({ used: { ...used, subAccount: one.key }, transaction: null }, stateOf([one]), clocks).text
  expect([text(account(0, { model: 'qwen' })), text(account(0, { model: 'qwen', available: 0, pending: 2 }))]).toEqual([
    'Retrieve qwen: mined in block 9',
    `Retrieve qwen: asked back; claimable at ${moment(START + 4 * 3_600_000, START)}`,
  ])
})

test('Esc closes what was opened last', () => {
  const opened = (...names: string[]) =>
    ['detail', 'state', 'past'].map((name) => ({ name, isOpen: names.includes(name), close: () => undefined }))
  let order = inOrder([], opened('past'))
  order = inOrder(order, opened('past', 'detail'))
  order = inOrder(order, opened('past', 'detail', 'state'))
  expect(order).toEqual(['past', 'detail', 'state'])
  order = inOrder(order, opened('past', 'state'))
  expect(inOrder(order, opened('past', 'state', 'detail'))).toEqual(['past', 'state', 'detail'])
})

test('a deposit of the page is sent once, and the plan of a closing has every sub-account and its sums', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  const messages: (string | null)[] = []
  const log = createEntryLog(broker, {
    dryRun: false,
    onEntry: (entry) => void (entry.kind === 'control' && entry.outcome !== 'asked' && messages.push(entry.message)),
  })
  const control = createControl(broker, { ...log, approvals: createApprovals() })
  await sim.advance('1m')
  const deposit = { action: 'deposit', amount: `${parseEther('20')}` } as const
  expect(control.use(deposit)).toBeNull()
  expect(control.use(deposit)).toBe('A deposit from this page is on its way. Wait for its outcome.')
  await sim.advance('1m')
  expect(messages).toEqual([expect.stringMatching(/^Mined in block \d+\.$/)])
  expect(control.use({ action: 'deposit', amount: `${parseEther('1')}` })).toBeNull()
  await sim.advance('1m')
  expect(log.state().ledger?.available).toBe(`${parseEther('21')}`)
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  const plan = closingPlanStateOf(await broker.ledger.closingPlan())
  const { endsAt, gas } = plan
  // The claim is sent some seconds after the lock.
  const unlock = plan.subAccounts[0]?.unlocks.last ?? 0
  expect(endsAt - unlock).toBe(5)
  expect(plan).toEqual({
    block: { number: expect.any(Number) as number, timestamp: expect.any(Number) as number },
    subAccounts: [
      {
        provider: provider.address,
        serviceType: 'inference',
        service: null,
        asked: `${parseEther('2')}`,
        pending: '0',
        unlocks: { first: unlock, last: unlock },
        homeAt: endsAt,
      },
    ],
    transactions: 3,
    endsAt,
    gas,
    home: `${parseEther('21')}`,
    stuck: '0',
  })
  expect([Number(gas.units) > 0, gas.missing]).toEqual([true, '0'])
  log.close()
})

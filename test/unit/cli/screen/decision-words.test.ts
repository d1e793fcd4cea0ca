import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { decisionInWords } from '../../../../src/cli/screen/decision-words.ts'
import { planLines } from '../../../../src/cli/screen/plan-lines.ts'
import { recordOf } from '../../../../src/cli/screen/view.ts'
import { openApprovals } from '../../../../src/cli/session/approvals.ts'
import { moment } from '../../../../src/cli/screen/words.ts'
import type { Decision } from '../../../../src/index.ts'
import { noLimits } from '../../../support/plans.ts'

const row = {
  provider: '0x00000000000000000000000000000000000000AA',
  serviceType: 'inference',
  state: 'low',
  available: og('1'),
  pendingRefund: 0n,
  required: og('2'),
  target: og('3'),
  deficit: og('2'),
  burnRate: null,
  runway: null,
  limits: noLimits,
} as const

const held = (more: object) => ({ ...row, action: 'hold', ...more }) as Decision
const firstDay = { limit: og('50'), given: og('49.5'), until: 1_767_312_600, option: 'firstDay' } as const

test('a new provider is held with what was given, until when, and the option that lifts it', () => {
  expect(decisionInWords(held({ reason: 'first-day', missing: og('1.5'), firstDay }))).toBe(
    'the provider is new, and has what a new one gets within a day ' +
      `(49.5 OG of 50 OG given, until ${moment(1_767_312_600)}, unless --first-day says otherwise): 1.5 OG missing`,
  )
  const before = { ...firstDay, until: null }
  expect(decisionInWords(held({ reason: 'first-day', firstDay: before }))).toContain(
    'until a day after its first charge',
  )
})

const burn = { kind: 'burn', burn: og('6.2'), seconds: 3_600, usual: og('0.3'), factor: 10, until: 1_767_312_600 }
const jump = { ...burn, option: 'anomaly' } as const
const fee = { kind: 'fee', unsettledFee: og('24'), cap: og('10'), option: 'maxUnsettledFee' } as const

test('an anomaly is held with what was charged, in which time, what is usual, until when, and the option that lifts it', () => {
  expect(decisionInWords(held({ reason: 'anomaly', anomaly: jump }))).toBe(
    'burn or unsettled fee jumped: check the provider (6.2 OG charged in the last 1h 0m, usually 0.3 OG an hour, ' +
      `until ${moment(1_767_312_600)} or more charges prove it, unless anomaly of the config file says otherwise)`,
  )
  expect(decisionInWords(held({ reason: 'anomaly', anomaly: fee }))).toBe(
    'burn or unsettled fee jumped: check the provider (it claims 24 OG unsettled, of which 10 OG count at most, ' +
      'unless --max-unsettled-fee says otherwise)',
  )
})

test('a claim above the cap is said while enough is available, and a jump where a person is asked', () => {
  const claim = 'it claims 24 OG unsettled, of which 10 OG count at most'
  const sufficient = held({ reason: 'sufficient', anomaly: fee })
  expect(decisionInWords(sufficient)).toBe(`enough is available; ${claim}`)
  expect(planLines([sufficient], 100)[2]).toContain(claim)
  const asks = { ...row, action: 'propose', amount: og('2'), fromRefund: 0n, anomaly: jump } as Decision
  expect(decisionInWords(asks)).toBe('asks to top up by 2 OG; 6.2 OG charged in the last 1h 0m, usually 0.3 OG an hour')
  expect(decisionInWords({ ...asks, action: 'top-up' } as Decision)).toBe('top up by 2 OG')
})

test('the question of an approval says what is odd', () => {
  const approvals = openApprovals()
  const asks = { ...row, action: 'propose', amount: og('2'), fromRefund: 0n, anomaly: fee } as Decision
  void approvals.approve(asks, new AbortController().signal)
  expect(approvals.question()).toBe(
    `Top up inference ${row.provider} by 2 OG? y or n (it has 1 OG of 2 OG; it claims 24 OG unsettled, of which 10 OG count at most)`,
  )
})

test('JSON has what was seen', () => {
  const { decision, view } = { decision: held({ reason: 'anomaly', anomaly: jump }), view: {} }
  const position = {
    block: { number: 1, timestamp: 2 },
    wallet: { address: 'w', balance: 0n },
    ledger: null,
    subAccounts: [],
  }
  const record = recordOf({
    position,
    accounts: [{ ...view, decision, autoFunding: null }] as never,
    refunds: [],
    closing: null,
    deposit: null,
  }) as { subAccounts: { plan: object }[] }
  expect(record.subAccounts[0]?.plan).toMatchObject({ action: 'hold', reason: 'anomaly', anomaly: jump })
})

test('a table of plans says it in the row, or below it on a narrow terminal', () => {
  const lines = (width: number) => planLines([held({ reason: 'first-day', firstDay })], width)
  expect(lines(400)[1]).toContain('49.5 OG of 50 OG given')
  expect(lines(100)[1]).not.toContain('given')
  expect(lines(100)[2]).toContain('49.5 OG of 50 OG given')
})

import { describe, expect, test } from 'vitest'
import type { DepositTerms } from '../../../../src/cli/config/deposit-terms.ts'
import type { Terms } from '../../../../src/cli/config/terms.ts'
import { replayLines } from '../../../../src/cli/replay/lines.ts'
import { noConditions, type PlanConditions } from '../../../../src/cli/replay/plan-conditions.ts'
import { replay } from '../../../../src/cli/replay/replay.ts'
import { ogToWei as og, weiToOg, type Position } from '../../../../src/index.ts'
import { MINUTE, policy, position } from '../../../support/recorded.ts'

const HOUR = 60
const known = (conditions: Partial<PlanConditions>) => new Map([[0, { ...noConditions, ...conditions }]])

describe('deposits of a policy', () => {
  /** One sub-account, 1 OG charged a minute. The ledger of the recording is empty after 2 minutes, and gets 10 OG after 4. */
  const recording = [
    position(0, { ledger: '2', a: '2' }),
    position(1, { ledger: '1', a: '2' }),
    position(2, { ledger: '0', a: '2' }),
    position(3, { ledger: '0', a: '1' }),
    position(4, { ledger: '10', a: '0', wallet: '90' }),
    position(5, { ledger: '8', a: '1', wallet: '90' }),
    position(6, { ledger: '7', a: '1', wallet: '90' }),
  ]
  const LEVELS = { trigger: '2', target: '5' }
  const figures = (autoDeposit: DepositTerms | undefined, positions: readonly Position[] = recording) => {
    const { policy: made, depositHolds } = replay(positions, policy({}, { ...(autoDeposit && { autoDeposit }) }))
    return [made.deposits, weiToOg(made.deposited), made.secondsBelow / MINUTE, depositHolds] as const
  }

  test('without auto-deposit are those of the recording', () => {
    const { policy: made, recorded } = replay(recording, policy({}))
    expect([made, recorded].map(({ deposits, deposited }) => [deposits, deposited])).toEqual([
      [1, og('10')],
      [1, og('10')],
    ])
  })

  test('keep the ledger filled, one position after it is short, and the recorded ones are left out', () => {
    const { policy: made, recorded } = replay(recording, policy({}, { autoDeposit: LEVELS }))
    expect(made).toMatchObject({ deposits: 2, deposited: og('8'), secondsBelow: 0, topUps: 5 })
    expect(recorded).toMatchObject({ deposits: 1, deposited: og('10'), secondsBelow: MINUTE })
  })

  test.for<[string, Partial<DepositTerms>, readonly [number, string, number, object[]]]>([
    ['send no more than maxDeposit at once', { maxDeposit: '1' }, [5, '5', 0, []]],
    ['leave no more than maxLedger', { trigger: '1', target: '2', maxLedger: '2' }, [4, '4', 0, []]],
    [
      'stop once their budget is spent, and say for how long they were due',
      { budget: { amount: '3', per: '1h' } },
      [1, '3', 0, [{ reason: 'budget-exhausted', seconds: 2 * MINUTE }]],
    ],
    [
      'wait for their cooldown',
      { cooldownMs: 4 * MINUTE * 1_000, maxDeposit: '2' },
      [2, '4', 0, [{ reason: 'cooling-down', seconds: 2 * MINUTE }]],
    ],
    [
      'leave in the wallet what must stay there',
      { gasReserve: '100' },
      [0, '0', 2, [{ reason: 'wallet-short', seconds: 5 * MINUTE }]],
    ],
  ])('%s', ([, terms, expected]) => {
    expect(figures({ ...LEVELS, ...terms })).toEqual(expected)
  })

  test('follow the burn once it is known, and until then pay what is due', () => {
    expect(figures({ runway: { trigger: '1m', target: '5m' } })).toEqual([1, '6', 1, []])
  })

  test('come from another wallet without end, and leave its own as it was recorded', () => {
    const from = '0x00000000000000000000000000000000000000aa'
    expect(figures({ ...LEVELS, gasReserve: '100', from })).toEqual([2, '8', 0, []])
  })

  test('wait ten minutes after a withdrawal', () => {
    const withdrawn = [0, 1, 2, 3, 4, 5].map((index) =>
      position(index * 4, index === 0 ? { ledger: '9', a: '2' } : { ledger: '1', a: '2', wallet: '108' }),
    )
    const [made, , , holds] = figures(LEVELS, withdrawn)
    expect([made, holds]).toEqual([1, [{ reason: 'withdrawal', seconds: 12 * MINUTE }]])
  })

  test('open a ledger with what the contract takes at least', () => {
    const none = [0, 1].map((minute): Position => ({ ...position(minute, { ledger: '0' }), ledger: null }))
    const terms = policy({}, { autoDeposit: { trigger: '1', target: '2' } })
    expect(replay(none, terms, known({ minLedgerBalance: og('3') }))).toMatchObject({
      policy: { deposits: 1, deposited: og('3') },
      unrecorded: ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees'],
    })
    expect(replay(none, terms)).toMatchObject({
      policy: { deposits: 1, deposited: og('2') },
      unrecorded: ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees', 'minLedgerBalance'],
    })
  })

  test('are lines of their own, with what they waited for', () => {
    const autoDeposit: DepositTerms = { ...LEVELS, budget: { amount: '3', per: '1h' } }
    const waiting = linesOf(replay(recording, policy({}, { autoDeposit })))
    expect(waiting).toEqual(
      expect.arrayContaining([
        'deposits  1  1',
        'deposited  3 OG  10 OG',
        'Deposits were due and waited:',
        'the budget of this window is spent, or in flight: 2 min',
        'the least that opens a ledger: taken as any amount',
      ]),
    )
    expect(waiting.filter((line) => line.startsWith('asked back'))).toEqual([])
  })
})

describe('idle money of a policy', () => {
  /** Two sub-accounts over two days: a is charged at first only, b 1 OG every six hours. The ledger has little. */
  const recording = Array.from({ length: 9 }, (_, at) =>
    position(at * 6 * HOUR, { ledger: '3', a: at === 0 ? '6' : '5', b: weiToOg(og('9') - og('1') * BigInt(at)) }),
  )
  const idle = (reclaimIdle: Terms['reclaimIdle'], positions: readonly Position[] = recording) =>
    replay(positions, policy({ ...(reclaimIdle && { reclaimIdle }) }), known({ lockTimes: { inference: 12 * 3_600 } }))
  const ofA = ({ policy: made }: ReturnType<typeof replay>) => {
    const [one] = made.subAccounts
    return one && { requests: one.requests, claimed: weiToOg(one.claimed), topUps: one.topUps, below: one.secondsBelow }
  }

  test('is asked back once nothing used it for so long, and comes home after the lock', () => {
    const made = idle({ after: '12h', keep: '1.5', when: 'always' })
    expect(made).toMatchObject({
      policy: { requests: 1, claimed: og('3.5') },
      recorded: { requests: 0, claimed: 0n },
      unrecorded: ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees'],
    })
    // It rests: it is not topped up, and what it lacks is asked by no caller.
    expect(ofA(made)).toEqual({ requests: 1, claimed: '3.5', topUps: 0, below: 0 })
  })

  test('stays where nothing is needed, and where the recording is too short to tell', () => {
    expect(ofA(idle({ after: '12h' }))?.requests).toBe(0)
    expect(ofA(idle({ after: '3d', when: 'always' }))?.requests).toBe(0)
    expect(ofA(idle(undefined))?.requests).toBe(0)
  })

  test('pays what is due elsewhere', () => {
    const left = ['3', '2.5', '2', '1.5', '1', '0.5', '0', '0', '0']
    const poor = left.map((b, at) => position(at * 6 * HOUR, { ledger: '0', a: '5', b }))
    const [paid, asked] = [undefined, { after: '12h', keep: '1' } as const].map((reclaimIdle) => {
      const [a, b] = idle(reclaimIdle, poor).policy.subAccounts
      return { home: weiToOg(a?.claimed ?? 0n), toB: weiToOg(b?.paid ?? 0n) }
    })
    expect([paid, asked]).toEqual([
      { home: '0', toB: '0' },
      { home: '4', toB: '2' },
    ])
  })

  test('is missed where the sub-account is used after all: what cannot be paid is reported', () => {
    const used = [...recording, position(9 * 6 * HOUR, { ledger: '3', a: '2', b: '1' })]
    const [one] = idle({ after: '12h', when: 'always' }, used).policy.subAccounts
    expect(one).toMatchObject({ requests: 1, unpaid: og('3') })
  })

  test('of the recording is counted in both columns, and shown', () => {
    const refund = { pendingRefund: og('1.5'), unlocksAt: 2 * MINUTE }
    const asked = [
      position(0, { ledger: '1', a: '4' }),
      position(1, { ledger: '1', a: '4' }, refund),
      position(2, { ledger: '1', a: '4' }, refund),
      position(3, { ledger: '2.5', a: '2.5' }),
    ]
    const result = replay(asked, policy({}))
    expect([result.policy, result.recorded]).toMatchObject([
      { requests: 1, claimed: og('1.5') },
      { requests: 1, claimed: og('1.5') },
    ])
    expect(linesOf(result)).toEqual(expect.arrayContaining(['asked back  1  1', 'came back  1.5 OG  1.5 OG']))
    expect(linesOf(result).filter((line) => line.startsWith('deposit'))).toEqual([])
  })
})

/** Each column behind two blanks. */
const linesOf = (result: ReturnType<typeof replay>) =>
  replayLines(result).map((line) => line.replace(/ {2,}/g, '  ').trim())

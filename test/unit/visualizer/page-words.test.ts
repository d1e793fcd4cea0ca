import { expect, test } from 'vitest'
import type { HoldReason } from '../../../machines/index.ts'
import type { Entry, Happening, SubAccountState } from '../../../src/visualizer/protocol.ts'
import { nextOf } from '../../../src/visualizer/page/format/accounts.ts'
import { sentenceOf } from '../../../src/visualizer/page/format/sentences.ts'
import { toneOf, toneOfState } from '../../../src/visualizer/page/format/tones.ts'
import { reasons, reasonWords } from '../../../src/visualizer/page/format/hold-reasons.ts'
import { flowOf } from '../../../src/visualizer/page/store/flows.ts'
import { isOf } from '../../../src/visualizer/page/store/kinds.ts'
import { account, og, START, stateOf } from '../../browser/scenes.ts'

const one = account(0, { available: 0.7 })
const { key } = one

test('every hold reason has words, and a sentence with its meaning', () => {
  const all = Object.entries(reasons)
  expect(all.length).toBe(39)
  expect(all.filter(([, { short, long }]) => short.length > 30 || !/^[A-Z].*\.$/.test(long))).toEqual([])
  expect(new Set(all.map(([, { short }]) => short)).size).toBe(39)
})

test('a reason that this page does not know is shown by its name', () => {
  expect(reasonWords('toString' as HoldReason)).toEqual({ short: 'toString', long: 'toString' })
})

test('every entry has a sentence and a tone', () => {
  const fact = (fact: 'balance.low' | 'balance.ample' | 'account.gone', change: `${bigint}`): Happening => ({
    kind: 'fact',
    subject: key,
    fact,
    change,
  })
  const transaction = (value: string, blockNumber: number | null): Happening => ({
    kind: 'transaction',
    id: '1',
    value,
    operation: 'transferFund',
    subAccount: key,
    amount: og(1.285),
    hash: `0x${'ab'.repeat(32)}`,
    blockNumber,
  })
  expect(
    [
      { kind: 'position' } as const,
      fact('balance.low', og(-1.285)),
      fact('balance.low', '0'),
      fact('balance.ample', og(1.285)),
      fact('account.gone', '0'),
      { kind: 'fact', subject: 'ledger', fact: 'balance.changed', change: og(-2) } as const,
      {
        kind: 'transition',
        machine: 'subAccount',
        actor: key,
        from: 'funded',
        to: 'refunding.locked',
        event: 'refund.locked',
        edge: null,
      } as const,
      {
        kind: 'transition',
        machine: 'autoFunding',
        actor: key,
        from: 'held',
        to: 'toppingUp',
        event: 'plan.topUp',
        edge: null,
      } as const,
      { kind: 'decision', subAccount: key, action: 'top-up', reason: null, amount: og(1.285) } as const,
      { kind: 'decision', subAccount: key, action: 'hold', reason: 'ledger-short', amount: null } as const,
      transaction('broadcast', null),
      transaction('mined', 1_234),
      transaction('reverted', 1_234),
      { kind: 'failure', failures: 3, error: 'The node did not answer.' } as const,
      {
        kind: 'control',
        action: 'retrieve',
        subAccount: key,
        outcome: 'failed',
        message: 'There is nothing.',
      } as const,
    ].map((what) => lineOf(what)),
  ).toEqual([
    'calm: Read block 4,812,377',
    'calm: Charged 1.285 OG: less than required is left',
    'calm: Less than required is available',
    'good: Received 1.285 OG',
    'calm: Closed',
    'calm: Ledger −2 OG',
    'refund: funded → refund locked',
    'moving: Auto-funding: held → topping up',
    'moving: Decided to top up 1.285 OG',
    'bad: Holds: the ledger has too little',
    'moving: Transfer 1.285 OG: on its way',
    'good: Transfer 1.285 OG: mined in block 1,234',
    'bad: Transfer 1.285 OG: reverted in block 1,234',
    'bad: The chain could not be read (3 times in a row): The node did not answer.',
    'bad: Retrieve: failed. There is nothing.',
  ])
})

test('the highlights leave out entries without a change', () => {
  const isHighlight = (what: Happening) => isOf('highlights', entryOf(what))
  const decision = { kind: 'decision', subAccount: key, action: 'hold', amount: null } as const
  expect([
    isHighlight({ kind: 'position' }),
    isHighlight({ ...decision, reason: 'sufficient' }),
    isHighlight({ kind: 'fact', subject: key, fact: 'balance.low', change: '0' }),
    isHighlight({ ...decision, reason: 'ledger-short' }),
    isHighlight({ kind: 'fact', subject: key, fact: 'balance.low', change: '-1' }),
    isHighlight({ kind: 'failure', failures: 1, error: 'x' }),
  ]).toEqual([false, false, false, true, true, true])
})

test('money moves when a transaction is mined, and when a reading shows a charge', () => {
  const transaction = {
    kind: 'transaction',
    id: '1',
    operation: 'transferFund',
    subAccount: key,
    amount: og(1),
    hash: null,
    blockNumber: 1,
  } as const
  const flow = (what: Happening) => flowOf(entryOf(what))
  expect(flow({ ...transaction, value: 'broadcast' })).toBeNull()
  expect(flow({ ...transaction, value: 'mined' })).toEqual({ from: 'ledger', to: key, amount: og(1) })
  expect(flow({ ...transaction, operation: 'depositFund', value: 'mined' })).toEqual({
    from: 'wallet',
    to: 'ledger',
    amount: og(1),
  })
  expect(flow({ kind: 'fact', subject: key, fact: 'balance.low', change: og(-0.5) })).toEqual({
    from: key,
    to: 'provider',
    amount: og(0.5),
  })
  expect(flow({ kind: 'fact', subject: 'ledger', fact: 'balance.changed', change: og(-1) })).toBeNull()
})

test('the next step is that of auto-funding, else that of the plan, else the hold reason', () => {
  const next = (account: SubAccountState, dryRun = false) => nextOf(account, dryRun).text
  const withFunding = (value: string) => account(0, { available: 0.7, autoFunding: { value, amount: og(1.3) } })
  expect([
    next(withFunding('toppingUp')),
    next(withFunding('settling')),
    next(withFunding('awaitingApproval')),
    next(one),
    next(account(0, { available: 0.7, autoFunding: null }), true),
    next(account(0)),
    next(
      account(0, { available: 0.7, plan: { action: 'hold', reason: 'ledger-short', amount: null, missing: og(1.3) } }),
    ),
  ]).toEqual([
    '1.3 OG on its way',
    'top-up mined, awaiting a reading',
    '1.3 OG await your approval',
    'tops up 1.3 OG',
    'would top up 1.3 OG',
    'enough is available',
    'the ledger has too little: 1.3 OG missing',
  ])
  expect([
    toneOfState('subAccount', 'refunding.locked'),
    toneOfState('transaction', 'mined'),
    toneOfState('new', 'x'),
  ]).toEqual(['refund', 'good', 'calm'])
})

const entryOf = (what: Happening): Entry => ({ seq: 1, at: START, block: stateOf([]).block, patch: {}, ...what })

function lineOf(what: Happening): string {
  const entry = entryOf(what)
  return `${toneOf(entry)}: ${sentenceOf(entry).text}`
}

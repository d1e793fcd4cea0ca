import { expect, test } from 'vitest'
import { decodeRecording } from '../../../src/index.ts'
import { emptyState } from '../../../src/visualizer/changes.ts'
import { elsewhereIn, refundWords } from '../../../src/visualizer/page/store/elsewhere.ts'
import { stateAt } from '../../../src/visualizer/page/store/history.ts'
import { encodeRecording, loadRecording } from '../../../src/visualizer/page/store/recording.ts'
import { elsewhereOf } from '../../../src/visualizer/views.ts'
import { account, elsewhere, og, sceneOf, START, stateOf, type Step } from '../../browser/scenes.ts'

const OG = 10n ** 18n
const other = elsewhere(3, 'inference-v1.1', { available: 1, pending: 2 })
const read: Step = [0, { kind: 'position' }, (state) => state]
const gone: Step = [
  9,
  { kind: 'position' },
  (state) => ({ ...state, elsewhere: [], block: { number: 4_812_378, timestamp: START / 1_000 + 9 } }),
]
const { hello } = sceneOf([], stateOf([account(0)], { elsewhere: [other] }), [read, gone])
const subject = { version: '', wallet: hello.wallet, network: hello.network, actions: [], dryRun: false, charts: [] }

test('what a position has in other versions is shown with every field, and nothing where it has nothing', () => {
  const refunds = [{ amount: 2n * OG, createdAt: 5, unlocksAt: 65, claimable: false }]
  const amounts = { balance: 3n * OG, pendingRefund: 2n * OG, available: OG, claimable: 0n }
  const flags = { acknowledged: true, tokensRevoked: false }
  const id = { provider: '0xA', serviceType: 'inference', service: 'inference-v1.1', lockTime: 60 } as const
  expect(elsewhereOf({ elsewhere: [{ ...id, ...amounts, ...flags, refunds }] })).toEqual([
    {
      ...id,
      ...flags,
      balance: og(3),
      pendingRefund: og(2),
      available: og(1),
      claimable: '0',
      refunds: [{ amount: og(2), createdAt: 5, unlocksAt: 65, claimable: false }],
    },
  ])
  expect(elsewhereOf({})).toEqual([])
  expect(emptyState('0xMe').elsewhere).toEqual([])
})

test.each([
  [{ available: 1 }, 'not asked back', 'low'],
  [{ available: 1, pending: 2 }, '2 OG asked back, ≈ 4h left', 'refund'],
  [{ available: 0, pending: 2, claimable: 0.5 }, '0.5 OG can be claimed', 'good'],
] as const)('%o reads "%s"', (options, text, tone) => {
  expect(refundWords(elsewhere(0, 'inference-v1.1', options), START / 1_000)).toEqual({ text, tone })
})

test('a lock whose time is over by the block, and that no reading shows as claimable yet, has no time left', () => {
  const { refunds } = other
  const end = Math.max(...refunds.map(({ unlocksAt }) => unlocksAt))
  expect(refundWords(other, end)).toEqual({ text: '2 OG asked back', tone: 'refund' })
})

test('the sum counts every version, and a recording without such a list has nothing in it', () => {
  expect(elsewhereIn({ elsewhere: [other, elsewhere(4, 'fine-tuning-v1.1', { available: 0.5 })] }).balance).toBe(
    og(3.5),
  )
  for (const nothing of [{}, { elsewhere: null }, { elsewhere: [] }])
    expect(elsewhereIn(nothing)).toEqual({ accounts: [], balance: '0' })
})

test('a recording keeps what lies in other versions, also in the positions that the command line replays', () => {
  const text = encodeRecording(subject, loadRecording('x', linesOf(hello.base), []).history)
  const loaded = loadRecording('x', text, [])
  expect([loaded.skipped, loaded.history.base.elsewhere]).toEqual([0, [other]])
  expect(stateAt(loaded.history, 2).elsewhere).toEqual([])
  const { positions } = decodeRecording(text)
  expect(positions.map((position) => position.elsewhere?.map(({ service, balance }) => [service, balance]))).toEqual([
    [['inference-v1.1', 3n * OG]],
    undefined,
  ])
})

test('a recording that an older version began is one history with the part that has the list', () => {
  const { elsewhere: _, ...older } = stateOf([account(0)])
  const lines = [linesOf(older), linesOf(hello.base), linesOf(older)].join('\n')
  const { history, skipped } = loadRecording('x', lines, [])
  expect(skipped).toBe(0)
  const lists = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((seq) => elsewhereIn(stateAt(history, seq)).accounts.length)
  expect(lists).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0])
  const again = loadRecording('x', encodeRecording(subject, history), [])
  expect([again.skipped, again.history.entries]).toEqual([0, history.entries])
})

test.each([
  'nothing',
  [null],
  [{ ...other, balance: 'lots' }],
  [{ ...other, claimable: undefined }],
  [{ ...other, provider: 5 }],
  [{ ...other, refunds: [{}] }],
])('a list that cannot be drawn is left out as damage: %o', (list) => {
  const { wallet, network } = hello
  const base = JSON.stringify({ type: 'base', protocol: 1, wallet, network, state: { ...hello.base, elsewhere: list } })
  expect(() => loadRecording('x', base, [])).toThrow('It is no recording of og-ledger.')
  const entry = JSON.stringify({ type: 'entry', at: 1, block: null, kind: 'position', patch: { elsewhere: list } })
  expect(loadRecording('x', `${linesOf(hello.base)}\n${entry}`, []).skipped).toBe(1)
})

/** A base, and the two entries of the scene. */
function linesOf(state: object): string {
  const { wallet, network, history } = hello
  const lines = [
    { type: 'base', protocol: 1, wallet, network, state },
    ...history.map((one) => ({ type: 'entry', ...one })),
  ]
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

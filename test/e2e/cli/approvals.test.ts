import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { expect, test } from 'vitest'
import { openApprovals } from '../../../src/cli/session/approvals.ts'
import { listenToKeys } from '../../../src/cli/screen/keys.ts'
import { ogToWei as og, type Decision, type DepositDecision } from '../../../src/index.ts'

const decision = (provider: string, amount: string): Decision => ({
  provider,
  serviceType: 'inference',
  state: 'low',
  available: og('0.5'),
  pendingRefund: 0n,
  required: og('2'),
  target: og('2'),
  deficit: og('1.5'),
  burnRate: null,
  runway: null,
  limits: { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: 0n },
  action: 'propose',
  amount: og(amount),
  fromRefund: 0n,
})

test('top-ups are asked about one after another, and y or n answers the question that is shown', async () => {
  let now = 0
  const questions: (string | null)[] = []
  const approvals = openApprovals({ onChange: (question) => questions.push(question), now: () => now })
  const { signal } = new AbortController()
  const [first, second] = [decision('0xA', '1.5'), decision('0xB', '1')].map((one) => approvals.approve(one, signal))
  const [a, b] = ['0xA by 1.5 OG', '0xB by 1 OG'].map(
    (words) => `Top up inference ${words}? y or n (it has 0.5 OG of 2 OG)`,
  )
  expect(approvals.question()).toBe(a)
  now = 1_000
  approvals.type('xyz?yy')
  await expect(first).resolves.toBe(true)
  expect(approvals.question()).toBe(b)
  // A key right after a new question was meant for the one before.
  approvals.type('y')
  expect(approvals.question()).toBe(b)
  now = 2_000
  approvals.type('N')
  await expect(second).resolves.toBe(false)
  approvals.type('y')
  expect(questions).toEqual([a, b, null])
})

test.for<[string, string]>([
  ['its name', '\u001b]lyes\u001b\\\\'],
  ['a colour', '\u001b]11;rgb:ffff/ffff/ffff\u0007n'],
  ['its kind', '\u001b[?1;2cy'],
  ['its kind in one byte', '\u009b?1;2cy'],
  ['the end of such an answer', '\u0007yes'],
])('what a terminal answers by itself is no answer: %s', async ([, keys]) => {
  let now = 1_000
  const approvals = openApprovals({ now: () => now })
  const approved = approvals.approve(decision('0xA', '1'), new AbortController().signal)
  now += 10_000
  approvals.type(keys)
  // The rest of it may come a moment later.
  now += 100
  approvals.type('yes')
  expect(approvals.question()).toContain('0xA')
  now += 1_000
  approvals.type('n')
  await expect(approved).resolves.toBe(false)
})

test('a deposit is asked about among the top-ups', async () => {
  let now = 0
  const approvals = openApprovals({ now: () => now })
  const { signal } = new AbortController()
  const deposit: DepositDecision = {
    available: og('2'),
    due: og('3'),
    arriving: 0n,
    spare: -og('1'),
    trigger: og('5'),
    target: og('20'),
    deficit: og('21'),
    burnRate: null,
    runway: null,
    limits: { maxDeposit: null, maxLedger: null, budgetLeft: null, coolingUntil: 0 },
    action: 'propose',
    amount: og('21'),
  }
  const answers = [approvals.approve(deposit, signal), approvals.approve(decision('0xA', '1.5'), signal)]
  expect(approvals.question()).toBe(
    'Deposit 21 OG into the ledger? y or n (it has 2 OG, 3 OG are due, and 5 OG are to stay)',
  )
  now = 1_000
  approvals.type('y')
  now = 2_000
  approvals.type('n')
  expect(await Promise.all(answers)).toEqual([true, false])
})

test('a question whose signal aborts is taken back and answered with no', async () => {
  const approvals = openApprovals()
  const [shown, waiting] = [new AbortController(), new AbortController()]
  const first = approvals.approve(decision('0xA', '1'), shown.signal)
  const second = approvals.approve(decision('0xB', '1'), waiting.signal)
  waiting.abort()
  await expect(second).resolves.toBe(false)
  expect(approvals.question()).toContain('0xA')
  shown.abort()
  await expect(first).resolves.toBe(false)
  expect(approvals.question()).toBe(null)
  await expect(approvals.approve(decision('0xC', '1'), shown.signal)).resolves.toBe(false)
})

test('keys arrive also after a prompt has paused stdin', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  stdin.pause()
  const keys = new Promise<string>((resolve) => listenToKeys(resolve, stdin as unknown as ReadStream))
  stdin.write('y')
  await expect(keys).resolves.toBe('y')
})

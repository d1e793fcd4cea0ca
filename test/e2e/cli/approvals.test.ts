import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { expect, test } from 'vitest'
import { openApprovals } from '../../../src/cli/session/approvals.ts'
import { listenToKeys } from '../../../src/cli/screen/keys.ts'
import { ogToWei as og, type Decision } from '../../../src/index.ts'

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

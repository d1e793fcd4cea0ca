import { expect, test } from 'vitest'
import { run } from '../cli/cli-process.ts'

test('the demo of a fleet kills one of two processes while it pays, and every charge is paid once', async () => {
  const { code, stderr, json } = await run(['demo', '--fleet', '6', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [summary, ...others] = json() as Record<string, unknown>[]
  expect(others).toEqual([])
  expect(summary).toEqual({
    v: 1,
    type: 'fleet-summary',
    wallets: 6,
    providers: 2,
    rounds: 3,
    charges: 36,
    needed: expect.stringMatching(/^\d{20}$/) as string,
    topUps: 36,
    paid: summary?.['needed'],
    ratio: '1.000',
    takeoverMs: expect.any(Number) as number,
    leaseMs: 3_000,
    faults: [],
  })
}, 300_000)

test.for<[string, string[], string]>([
  ['another demo beside it', ['--fleet', '6', '--simulated'], 'Either --fleet or --simulated, not both.'],
  ['one wallet', ['--fleet', '1'], '--fleet'],
])('%s is refused', async ([, args, sentence]) => {
  const { code, stderr } = await run(['demo', ...args])
  expect([code, stderr]).toEqual([2, expect.stringContaining(sentence) as string])
})

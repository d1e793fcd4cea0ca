import { readFileSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import type { BalanceChange } from '../../../src/cli/demo/environment.ts'
import { tallyOf } from '../../../src/cli/demo/tally.ts'
import { run, start } from '../cli/cli-process.ts'

test.concurrent('the demo answers every drain once, and ends with exit code 0', async ({ expect }) => {
  const { code, stdout, stderr } = await run(['demo', '--for', '12'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^og-ledger demo: auto-funding at work\n/)
  expect(stdout).toMatch(/^ +\d+\.\d s {2}block \d+ +inference 0x\w{4}…\w{4} +charged \d\.\d+ OG$/m)
  expect(stdout).toMatch(
    /^ +\d+\.\d s {2}block \d+ +fine-tuning 0x\w{4}…\w{4} +topped up by 3 OG: 3 OG available, 2 OG required, /m,
  )
  expect(stdout).toContain('overpaid      0 wei\n')
  expect(stdout).toMatch(/Every drain was followed by exactly one top-up, and every wei is where it should be\.\n$/)
  const {
    charged = '',
    drains = '',
    topUps = '',
  } = /in (?<charged>\d+) charges\ndrains +(?<drains>\d+) times[^]* in (?<topUps>\d+) top-ups: 5 opened/.exec(stdout)
    ?.groups ?? {}
  expect(Number(drains)).toBeLessThanOrEqual(Number(charged))
  expect(Number(topUps)).toBe(Number(drains) + 5)
  expect(Number(drains)).toBeGreaterThan(5)
})

test.concurrent('the demo is a line of JSON per position, and a summary', async ({ expect }) => {
  const { code, stderr, json } = await run(['demo', '--for', '3', '--providers', '2', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = json() as { type: string }[]
  const summary = lines.pop() as unknown as Record<'drained' | 'toppedUp' | 'held', string> & Record<string, number>
  expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['position']))
  const { drained, held, charges = 0, drains = 0 } = summary
  expect(summary).toEqual({
    v: 1,
    type: 'summary',
    seconds: 3,
    charges,
    drained,
    drains,
    topUps: drains + 2,
    toppedUp: `${BigInt(drained) + BigInt(held)}`,
    opened: 2,
    overtaken: 0,
    doublePayments: 0,
    overpaid: '0',
    unanswered: 0,
    held,
    deposits: 1,
    deposited: `${100n * 10n ** 18n}`,
    transactions: drains + 3,
    faults: [],
  })
  expect(BigInt(held) >= 4n * 10n ** 18n && BigInt(held) <= 6n * 10n ** 18n).toBe(true)
})

test.concurrent('Ctrl-C ends the demo with its summary, and the chain with it', async ({ expect }) => {
  const demo = start(['demo'])
  await demo.line((line) => line.includes('charged'))
  const [chain = 0] = childrenOf(demo.pid)
  expect(process.kill(chain, 0)).toBe(true)
  demo.interrupt()
  const { code, stdout } = await demo.ended
  expect(code).toBe(0)
  expect(stdout).toContain('overpaid      0 wei\n')
  expect(() => process.kill(chain, 0)).toThrow('ESRCH')
})

test.concurrent('the demo fails at once when its chain ends', async ({ expect }) => {
  const demo = start(['demo'])
  await demo.line((line) => line.includes('topped up'))
  for (const chain of childrenOf(demo.pid)) process.kill(chain, 'SIGKILL')
  expect(await demo.ended).toMatchObject({ code: 1, stderr: 'The local chain ended by itself.\n' })
})

const LEVELS = { required: 100n, target: 100n }

test('a charge that leaves less than required is a drain, and the next payment answers it', () => {
  expect(tallyOf(history({ a: [100n, 30n, 100n, 99n, 100n], b: [100n] }), LEVELS)).toEqual({
    charges: 2,
    drained: 71n,
    drains: 2,
    topUps: 4,
    toppedUp: 271n,
    opened: 2,
    overtaken: 0,
    doublePayments: 0,
    overpaid: 0n,
    unanswered: 0,
    held: 200n,
  })
})

test('a payment too much is found even when a later charge spends it', () => {
  expect(tallyOf(history({ a: [100n, 30n, 100n, 170n, 20n, 100n] }), LEVELS)).toMatchObject({
    drains: 2,
    topUps: 4,
    doublePayments: 1,
    overpaid: 70n,
    held: 100n,
  })
  expect(tallyOf(history({ a: [100n, 30n, 101n, 50n, 100n] }), LEVELS)).toMatchObject({
    drains: 2,
    topUps: 3,
    doublePayments: 0,
    overpaid: 1n,
  })
})

test('a payment up to the target is right, and a charge that leaves enough is no drain', () => {
  const levels = { required: 100n, target: 150n }
  expect(tallyOf(history({ a: [150n, 110n, 90n, 150n], b: [150n, 90n, 160n] }), levels)).toMatchObject({
    charges: 3,
    drains: 2,
    topUps: 4,
    doublePayments: 0,
    overpaid: 10n,
    unanswered: 0,
  })
})

test('a payment overtaken by a charge is no double payment, and a sub-account left low is reported', () => {
  expect(tallyOf(history({ a: [100n, 30n, 20n, 90n, 100n], b: [100n, 10n] }), LEVELS)).toMatchObject({
    charges: 3,
    drains: 2,
    topUps: 4,
    overtaken: 1,
    doublePayments: 0,
    overpaid: 0n,
    unanswered: 1,
    held: 110n,
  })
})

/** Balances of each provider's sub-account, in the order of the chain. */
function history(accounts: Record<string, bigint[]>): BalanceChange[] {
  return Object.entries(accounts).flatMap(([provider, balances]) =>
    balances.map((available): BalanceChange => ({ provider, serviceType: 'inference', available })),
  )
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

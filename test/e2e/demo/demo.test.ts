import { readFileSync } from 'node:fs'
import process from 'node:process'
import { expect, test } from 'vitest'
import { applyPatch } from '../../../src/visualizer/patch.ts'
import type { Entry, Hello, State } from '../../../src/visualizer/protocol.ts'
import type { BalanceChange } from '../../../src/cli/demo/environment.ts'
import { nothingByHand, type ByHand } from '../../../src/cli/demo/by-hand.ts'
import { tallyOf } from '../../../src/cli/demo/tally.ts'
import { run, start } from '../cli/cli-process.ts'

test.concurrent('the demo answers every drain once, and ends with exit code 0', async ({ expect }) => {
  const { code, stdout, stderr } = await run(['demo', '--for', '12'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^og-ledger demo: auto-funding at work\n/)
  expect(stdout).toMatch(/^ +\d+\.\d s {2}block \d+ +[a-z]+-\w+ +charged 0\.\d+ OG$/m)
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
  expect(Number(drains)).toBeGreaterThanOrEqual(1)
  expect(stdout).toMatch(/ charged 1\.\d+ OG: a scare, on purpose$/m)
  expect(stdout).toMatch(/^The time is over: the providers charge no more\. The demo waits .* 20 s at most/m)
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
    speed: null,
    byHand: { topUps: 0, toppedUp: '0', takenBack: '0', deposits: 0, deposited: '0', withdrawn: '0', transactions: 0 },
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
  expect(stdout).toMatch(/^Ctrl-C: the providers charge no more\. .* Ctrl-C ends it at once\.$/m)
  expect(stdout).toContain('overpaid      0 wei\n')
  expect(() => process.kill(chain, 0)).toThrow('ESRCH')
})

test.concurrent('top-ups and deposits by hand end in a verdict of their own', async ({ expect }) => {
  const demo = start(['demo', '--control', '--ui-port', '0', '--providers', '2'])
  const { href, origin, hash } = new URL(
    /http:\S+/.exec(await demo.line((line) => line.includes('#token=')))?.[0] ?? '',
  )
  expect(href).toContain('#token=')
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
  const act = (body: object) =>
    fetch(`${origin}/api/control`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-og-ledger-token': token },
      body: JSON.stringify(body),
    }).then(({ status }) => status)
  // Both sub-accounts are open, and one of them was charged.
  await demo.line((line) => line.includes('charged'))
  const hello = (await (await fetch(`${origin}/api/hello`)).json()) as Hello
  const [one] = Object.values(
    hello.history.reduce<State>((state, { patch }) => applyPatch(state, patch), hello.base).subAccounts,
  )
  const { provider, serviceType } = one ?? {}
  const done = (action: string) => actionDone(`${origin}/api/events?after=${hello.id}`, action)
  const [topUp, deposit] = [done('top-up'), done('deposit')]
  expect(await act({ action: 'deposit', amount: '7000000000000000000' })).toBe(202)
  expect(await act({ action: 'top-up', provider, serviceType, amount: '2000000000000000000' })).toBe(202)
  expect([await deposit, await topUp]).toEqual(['done', 'done'])
  demo.interrupt()
  const { code, stdout } = await demo.ended
  expect(stdout).toMatch(/^by hand +[\d.]+ OG in 1 top-up, 7 OG in 1 deposit; 2 transactions$/m)
  expect(stdout).toContain('paid twice    0 times\noverpaid      0 wei\n')
  expect(stdout).toMatch(/every wei is where it should be; what was done by hand is counted apart\.\n$/)
  expect(code).toBe(0)
})

test.concurrent('many providers cause no warning', async ({ expect }) => {
  const { code, stderr } = await run(['demo', '--for', '4', '--providers', '30', '--no-ui'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
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
    byHand: { topUps: 0, toppedUp: 0n, takenBack: 0n },
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

test('what a person does on the page is counted apart, and judged by nothing', () => {
  const key = 'inference:a'
  const byHand: ByHand = {
    ...nothingByHand,
    // 50 more than enough, and then all of it back.
    transfers: [{ key, blockNumber: 2, amount: 50n }],
    takenBackIn: new Set([4]),
    transactions: 2,
  }
  const played = history({ a: [100n, 90n, 140n, 130n, 0n], b: [100n, 30n, 100n] })
  const { doublePayments, overpaid } = tallyOf(played, LEVELS)
  expect({ doublePayments, overpaid }).toEqual({ doublePayments: 0, overpaid: 40n })
  expect(tallyOf(played, LEVELS, { byHand, excused: new Set([key]) })).toEqual({
    charges: 3,
    drained: 90n,
    drains: 2,
    topUps: 3,
    toppedUp: 270n,
    opened: 2,
    overtaken: 0,
    doublePayments: 0,
    overpaid: 0n,
    unanswered: 0,
    held: 100n,
    byHand: { topUps: 1, toppedUp: 50n, takenBack: 130n },
  })
  // Without the excuse it was left with too little; and a transfer in another block is not the person's.
  expect(tallyOf(played, LEVELS, { byHand }).unanswered).toBe(1)
  const other = { ...byHand, transfers: [{ key, blockNumber: 3, amount: 50n }] }
  expect(tallyOf(played, LEVELS, { byHand: other }).overpaid).toBe(40n)
})

/** Balances of each provider's sub-account, in the order of the chain. */
function history(accounts: Record<string, bigint[]>): BalanceChange[] {
  return Object.entries(accounts).flatMap(([provider, balances]) =>
    balances.map((available, blockNumber): BalanceChange => ({
      provider,
      serviceType: 'inference',
      available,
      blockNumber,
    })),
  )
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

/** Follows the page's events until an action has an outcome. */
async function actionDone(url: string, action: string): Promise<string> {
  const response = await fetch(url)
  let text = ''
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString('utf8')
    for (const [, json = '{}'] of text.matchAll(/^data: (\{.*\})$/gm)) {
      const entry = JSON.parse(json) as Entry
      if (entry.kind === 'control' && entry.action === action && entry.outcome !== 'asked') return entry.outcome
    }
  }
  return 'the stream ended'
}

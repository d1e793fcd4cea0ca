import { afterEach, expect, test, vi } from 'vitest'
import type { Decision } from '../../../machines/index.ts'
import { createBlockClock } from '../../../src/base/block-clock.ts'
import { AbortedError } from '../../../src/base/errors.ts'
import { silent } from '../../../src/base/logger.ts'
import { toPolicy, type AutoFundingConfig } from '../../../src/funding/config.ts'
import { createFundedAccounts, type FundedAccount } from '../../../src/funding/funded-accounts.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const alice = { provider: 'alice', serviceType: 'inference' } as const
const bob = { provider: 'bob', serviceType: 'inference' } as const
const tuner = { provider: 'alice', serviceType: 'fine-tuning' } as const

function setup() {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const accounts = new Map<string, FundedAccount>()
  const reading = { subscriptions: 0, nudges: 0, intervalMs: 0 }
  const requireSending = vi.fn()
  const topUp = vi.fn(async () => ({ transactionHash: '0x1', blockNumber: 1 }))
  const decision = { action: 'propose', amount: 10n } as Decision
  const funded = createFundedAccounts({
    accounts,
    requireSending,
    topUp,
    decisionOf: () => decision,
    positions: {
      positions$: {
        subscribe() {
          reading.subscriptions += 1
          return { unsubscribe: () => void (reading.subscriptions -= 1) }
        },
      },
      nudge: () => void (reading.nudges += 1),
      setIntervalMs: (ms) => void (reading.intervalMs = ms),
    },
    intervalMs: 30_000,
    providerFees: null,
    inspected: () => ({}),
    clock: time.clock,
    blockClock: createBlockClock(time.clock),
    logger: silent,
  })
  const start = (id: FundedAccount['id'], config: AutoFundingConfig = {}) => funded.start(id, toPolicy(config, 1n))
  return { accounts, funded, start, reading, requireSending, topUp, decision, settled: time.settled }
}

afterEach(() => vi.unstubAllGlobals())

test('positions are read while auto-funding is on for any account, as often as the most demanding policy wants', () => {
  const { funded, start, reading } = setup()
  start(alice)
  expect(reading).toEqual({ subscriptions: 1, nudges: 1, intervalMs: 30_000 })
  start(bob, { intervalMs: 5_000 })
  start(tuner, { intervalMs: 60_000 })
  expect(reading).toEqual({ subscriptions: 1, nudges: 3, intervalMs: 5_000 })
  funded.stop(bob)
  expect(reading).toEqual({ subscriptions: 1, nudges: 4, intervalMs: 30_000 })
  funded.stopAll()
  expect(reading).toMatchObject({ subscriptions: 0, intervalMs: 30_000 })
  expect(funded.all()).toEqual([])
})

test('auto-funding that is started again goes on with the same actor and the new policy', () => {
  const { accounts, funded, start } = setup()
  const actor = start(alice, { unsettledFee: false })
  const { fee } = accounts.get('inference:alice') ?? {}
  expect(start(alice, { unsettledFee: false, priority: 1 })).toBe(actor)
  expect(accounts.get('inference:alice')).toMatchObject({ policy: { priority: 1 }, fee })
  expect(accounts.get('inference:alice')?.fee).toBe(fee)
  start(alice, { unsettledFee: () => 1n })
  expect(accounts.get('inference:alice')?.fee).not.toBe(fee)
  expect(funded.all()).toHaveLength(1)
})

test('an account that is paused stays on; both pausing and resuming ask for a reading', () => {
  const { accounts, funded, start, reading } = setup()
  const actor = start(alice)
  funded.pause(alice)
  funded.pause(bob)
  expect(accounts.get('inference:alice')?.isPaused).toBe(true)
  start(alice)
  expect(accounts.get('inference:alice')?.isPaused).toBe(true)
  funded.resume(alice)
  expect([...accounts.values()].map(({ isPaused }) => isPaused)).toEqual([false])
  expect(reading.nudges).toBe(5)
  expect(actor.getSnapshot().status).toBe('active')
})

test('a stopped account has no actor, and starts anew with another one', () => {
  const { funded, start } = setup()
  const first = start(alice)
  funded.stop(alice)
  funded.stop(bob)
  expect(first.getSnapshot().status).toBe('stopped')
  expect(start(alice)).not.toBe(first)
})

test('only inference providers have a service to look up', () => {
  const { funded, start } = setup()
  for (const id of [alice, tuner, bob]) start(id)
  expect(funded.providers()).toEqual(['alice', 'bob'])
})

test('fees are asked for all accounts of a reading', async () => {
  const { funded, start } = setup()
  start(alice, { unsettledFee: () => 3n })
  start(bob, { unsettledFee: () => 4n })
  await funded.refreshFees(100)
  expect(funded.all().map(({ fee }) => fee.known())).toEqual([
    { fee: 3n, readAt: 100, error: null },
    { fee: 4n, readAt: 100, error: null },
  ])
})

test('auto-funding does not start where nothing can be sent', () => {
  const { funded, start, reading, requireSending } = setup()
  requireSending.mockImplementation(() => {
    throw new AbortedError('The broker is closed.')
  })
  expect(() => start(alice)).toThrow('The broker is closed.')
  expect([funded.all(), reading.subscriptions]).toEqual([[], 0])
})

test.each([
  [{}, 'In a browser auto-funding asks before each top-up.'],
  [{ approve: () => true, autoClaim: true }, 'In a browser refunds are not claimed by themselves.'],
])('in a browser auto-funding does not open dialogs of the wallet by itself (%o)', (config, sentence) => {
  vi.stubGlobal('document', {})
  const { funded, start } = setup()
  expect(() => start(alice, config)).toThrow(sentence)
  expect(funded.all()).toEqual([])
  expect(start(alice, { approve: () => true }).getSnapshot().value).toBe('watching')
})

test('an approved proposal is sent once, and one whose policy asks no person any more is not', async () => {
  const { start, topUp, decision, settled } = setup()
  const approve = vi.fn(() => true)
  const proposal = { type: 'plan.propose', amount: '10', at: 100 } as const
  const actor = start(alice, { approve })
  actor.send(proposal)
  await settled()
  expect(approve.mock.calls).toEqual([[decision, expect.any(AbortSignal)]])
  expect(topUp.mock.calls).toEqual([[{ ...alice, amount: '10', decidedAt: 100 }, expect.any(AbortSignal)]])
  const other = start(bob)
  other.send(proposal)
  await settled()
  expect(other.getSnapshot().context.failure?.message).toBe('The top-up was not approved.')
  expect(topUp).toHaveBeenCalledOnce()
})

test('closing stops reading and every actor', () => {
  const { funded, start, reading } = setup()
  const actors = [start(alice), start(bob)]
  funded.close()
  expect(reading.subscriptions).toBe(0)
  expect(funded.all()).toEqual([])
  expect(actors.map((actor) => actor.getSnapshot().status)).toEqual(['stopped', 'stopped'])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  InvalidInputError,
  JournalError,
  LockedError,
  memoryJournal,
  ReadError,
  SigningError,
} from '../../../src/index.ts'
import { addressOf } from '../../../src/chain/connect.ts'
import { pauseMs, retryKindOf } from '../../../src/fleet/retry.policy.ts'
import { createMetrics } from '../../../src/metrics/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { memoryLeaseStore } from '../../support/memory-leases.ts'
import { until } from '../../support/until.ts'

const LONGEST = { locked: 30, transient: 60, lasting: 3_600 }
const FIRST = { locked: 2, transient: 5, lasting: 300 }

test('what keeps a wallet from being opened is locked, transient or lasting', async () => {
  const silent = { getAddress: () => new Promise<string>(() => undefined) }
  const silence = await addressOf(silent as never, 1).catch((error: Error) => error)
  expect(silence).toBeInstanceOf(SigningError)
  const kinds = [
    new LockedError('Another process uses the journal.'),
    new JournalError('The journal cannot be written.'),
    new ReadError('The chain cannot be read.', {}),
    new Error('The key service does not answer.'),
    silence as Error,
    new InvalidInputError('signerFor gave the key of another wallet.'),
  ].map(retryKindOf)
  expect(kinds).toEqual(['locked', 'transient', 'transient', 'transient', 'transient', 'lasting'])
})

test('pauses of a kind double from its first to its longest', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('locked' as const, 'transient' as const, 'lasting' as const),
      fc.integer({ min: 1, max: 10_000 }),
      (kind, failures) => {
        const doubled = FIRST[kind] * 1_000 * 2 ** (failures - 1)
        expect(pauseMs(kind, failures)).toBe(Math.min(LONGEST[kind] * 1_000, doubled))
      },
    ),
  )
})

/** A fleet without leases, of one wallet whose opening fails with `failure`; the seconds at which it was tried. */
async function failing(world: ReturnType<typeof fleetWorld>, failure: () => Error | null, more: object = {}) {
  const start = world.now()
  const tries: number[] = []
  const fleet = await world.open({
    policyFor: () => fundedPolicy(world.provider),
    journalFor() {
      tries.push((world.now() - start) / 1_000)
      const error = failure()
      if (error) throw error
      return memoryJournal()
    },
    ...more,
  })
  return { fleet, tries, start }
}

test.for([
  ['locked', () => new LockedError('Another process uses the journal.'), 130, [0, 2, 6, 14, 30, 60, 90, 120]],
  ['transient', () => new JournalError('The journal cannot be written.'), 200, [0, 5, 15, 35, 75, 135, 195]],
  ['lasting', () => new InvalidInputError('This is no key.'), 13_000, [0, 300, 900, 2_100, 4_500, 8_100, 11_700]],
] as const)(
  'a wallet without a lease whose failure is %s is tried again by its law',
  async ([, failure, seconds, law]) => {
    await using world = fleetWorld({ wallets: 1 })
    const { tries } = await failing(world, failure)
    await world.advance(seconds)
    expect(tries).toEqual(law)
  },
)

test('a wallet that failed says when it is tried again, and funds once what kept it is over', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const lines: string[] = []
  const say = (_: object, text: string): void => void lines.push(text)
  let failure: Error | null = new LockedError('Another process uses the journal.')
  const { fleet, start } = await failing(world, () => failure, {
    logger: { debug: () => undefined, info: say, warn: say, error: say },
  })
  const [wallet = ''] = world.wallets
  await world.advance(3)
  const metrics = createMetrics(fleet)
  const failed = () =>
    metrics
      .samples()
      .filter(({ name }) => /fleet_(failed|next)/.test(name))
      .map(({ labels, value }) => [labels['kind'] ?? labels['wallet'], value])
  expect(fleet.wallets()).toEqual([
    {
      wallet,
      state: 'failed',
      reason: 'Another process uses the journal.',
      error: failure,
      lease: null,
      retry: { kind: 'locked', at: start + 6_000, failures: 2 },
    },
  ])
  expect(failed()).toEqual([
    ['locked', 1],
    ['transient', 0],
    ['lasting', 0],
    [wallet, start / 1_000 + 6],
  ])
  failure = null
  await world.advance(3)
  await until(() => fleet.brokers().length === 1)
  expect(fleet.wallets()).toEqual([{ wallet, state: 'open', reason: null, error: null, lease: null }])
  expect(failed()).toEqual([
    ['locked', 0],
    ['transient', 0],
    ['lasting', 0],
  ])
  expect(lines.filter((line) => line.startsWith('a wallet of the fleet'))).toEqual([
    'a wallet of the fleet could not be opened and is tried again; the others go on',
    'a wallet of the fleet that failed is open',
  ])
})

test('a wallet that is removed, or whose fleet is closed, is not tried again', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const { fleet, tries } = await failing(world, () => new LockedError('Another process uses the journal.'))
  await fleet.remove(world.wallets[0] ?? '')
  await fleet.close()
  await world.advance(600)
  expect(tries).toEqual([0, 0])
})

test('with leases a wallet is claimed again by the same law, and left to other processes meanwhile', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 15_000 })
  const start = world.now()
  const errors = [new Error('The key service does not answer.'), new InvalidInputError('This is no key.')]
  for (const [index, error] of errors.entries())
    await world.open({
      leases: store.of(`process ${index}`, world.clock),
      bend() {
        throw error
      },
    })
  await world.advance(310)
  const tries = store.claims.map(({ holder, at }) => [holder, (at - start) / 1_000])
  expect(tries).toEqual([
    ...[0].map((at) => ['process 0', at]),
    ['process 1', 0],
    ...[5, 15, 35, 75, 135, 195, 255].map((at) => ['process 0', at]),
    ['process 1', 300],
  ])
})

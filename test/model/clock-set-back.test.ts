import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import type { Connected } from '../../src/chain/connect.ts'
import { bentWorld, type Opening } from '../support/bent-world.ts'
import { EXACT } from '../support/exact.ts'

const HOUR_MS = 3_600_000

/** A funded wallet on a machine whose clock can be set to another time. Its timers run on. */
async function machine(opening: Opening = {}) {
  const world = bentWorld()
  let offset = 0
  const clock: Clock = { now: () => world.clock.now() + offset, after: world.clock.after }
  const broker = await world.open({ clock, intervalMs: 1_000, ...opening })
  return { world, broker, clock, set: (ms: number) => void (offset += ms) }
}

test.for([
  ['an hour back', -HOUR_MS],
  ['ten years back', -87_600 * HOUR_MS],
  ['an hour forward', HOUR_MS],
] as const)(
  'a top-up that the node lost is broadcast again within seconds, though the clock is set %s',
  async ([, ms]) => {
    const { world, broker, set } = await machine()
    await using _ = world
    await world.until(broker.ledger.addLedger('20'))
    broker.inference.startAutoFunding(world.provider, EXACT)
    await world.advance(5)
    world.chain.fail('lost')
    world.chain.spend(world.provider, world.wallet, '1.5')
    await world.advance(2)
    expect(world.position().subAccounts[0]?.available).toBe(og('0.5'))
    set(ms)
    await world.advance(20)
    expect(world.position().subAccounts[0]?.available).toBe(og('2'))
  },
)

test('an outage is seen, though the clock is set back meanwhile', async () => {
  const { world, broker, set } = await machine()
  await using _ = world
  await world.until(broker.ledger.addLedger('20'))
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(5)
  set(-HOUR_MS)
  world.chain.fail('read', Infinity)
  await world.advance(10)
  expect(broker.inference.autoFundingStatus()[0]?.reason).toBe('stale-reading')
})

test('an absurd head at the opening is given up, though the clock is set back', async () => {
  let isOn = true
  const bend = (connected: Connected): Connected => ({
    ...connected,
    head: connected.head + 10 ** 9,
    async readPosition() {
      const position = await connected.readPosition()
      return isOn ? { ...position, block: { ...position.block, number: position.block.number + 10 ** 9 } } : position
    },
  })
  const { world, broker, set } = await machine({ bend })
  await using _ = world
  broker.positions$.subscribe()
  await world.advance(1)
  isOn = false
  await world.advance(1)
  set(-HOUR_MS)
  await world.advance(10)
  expect(broker.positions$.status).toMatchObject({ failures: 0, error: null })
})

test('what a node named as its gas price is asked for anew after minutes, though the clock is set back', async () => {
  let asked = 0
  const bend = (connected: Connected): Connected => ({
    ...connected,
    fees() {
      asked += 1
      return connected.fees()
    },
  })
  const { world, broker, set } = await machine({ bend, intervalMs: 30_000 })
  await using _ = world
  await world.until(broker.ledger.addLedger('20'))
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(60)
  set(-HOUR_MS)
  const before = asked
  await world.advance(600)
  expect(asked - before).toBe(2)
})

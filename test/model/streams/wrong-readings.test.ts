import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Position } from '../../../machines/index.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const YEARS = 10 * 365 * 86_400
const ABSURD = 10 ** 9

type Bend = (block: Position['block']) => Position['block']

const bends: [string, Bend][] = [
  ['whose time is ten years ahead', ({ number, timestamp }) => ({ number, timestamp: timestamp + YEARS })],
  ['whose number is 10^9 too high', ({ number, timestamp }) => ({ number: number + ABSURD, timestamp })],
  [
    'whose number and time are absurd',
    ({ number, timestamp }) => ({ number: number + ABSURD, timestamp: timestamp + YEARS }),
  ],
]

/** Bends each reading while a switch is on. */
function switchable(bend: Bend) {
  let isOn = false
  return {
    set: (on: boolean) => void (isOn = on),
    bend: (connected: Connected): Connected => ({
      ...connected,
      async readPosition() {
        const position = await connected.readPosition()
        return isOn ? { ...position, block: bend(position.block) } : position
      },
    }),
  }
}

test.for(bends)('readings of three seconds %s change no payment, also after a restart', async ([, bend]) => {
  await using world = bentWorld()
  const journal = memoryJournal()
  const node = switchable(bend)
  const options = { journal, intervalMs: 500, bend: node.bend }
  const first = await world.open(options)
  await world.until(first.ledger.depositFund('20'))
  first.inference.startAutoFunding(world.provider, { ...EXACT, cooldownMs: 60_000 })
  await world.advance(90)
  expect(available()).toBe(og('2'))
  node.set(true)
  world.chain.spend(world.provider, world.wallet, og('1.5'))
  await world.advance(3)
  expect(first.positions$.status.dropped).toBeGreaterThan(2)
  expect(first.positions$.status.error).toMatchObject({ name: 'ReadError' })
  node.set(false)
  await first.close()
  const second = await world.open(options)
  second.inference.startAutoFunding(world.provider, { ...EXACT, cooldownMs: 60_000 })
  await world.advance(70)
  expect(available()).toBe(og('2'))
  expect(second.positions$.status).toMatchObject({ failures: 0, error: null })

  function available(): bigint | undefined {
    return world.position().subAccounts[0]?.available
  }
})

test.for(bends)('readings %s from the start, until the node is well, do not stop a broker', async ([, bend]) => {
  await using world = bentWorld()
  const node = switchable(bend)
  node.set(true)
  const broker = await world.open({
    intervalMs: 500,
    bend: (connected) => ({ ...node.bend(connected), head: bend({ number: connected.head, timestamp: 0 }).number }),
  })
  const opened = world.until(broker.ledger.depositFund('20'))
  await world.advance(3)
  node.set(false)
  await opened
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(30)
  expect(world.position().subAccounts[0]?.available).toBe(og('2'))
  expect(broker.positions$.status).toMatchObject({ failures: 0, error: null })
})

test('a chain whose clock is really two hours ahead is read after a few seconds', async () => {
  await using world = bentWorld()
  world.chain.advance(7_200)
  const broker = await world.open({ intervalMs: 500 })
  const position = broker.position()
  await world.advance(10)
  expect((await position).block.number).toBeGreaterThan(7_200)
  expect(broker.positions$.status).toMatchObject({ failures: 0, error: null })
})

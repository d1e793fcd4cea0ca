import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import type { Journal } from '../../../src/transactions/journal.types.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

/** Brokers of one wallet that have just paid a need of 2 OG, on a journal that takes its time to record a lost receipt. */
async function paid({ brokers: count, recordingMs }: { brokers: number; recordingMs: number }) {
  const world = bentWorld({ inference: 1 })
  const inner = memoryJournal()
  const journal: Journal = {
    ...inner,
    place: 'reorganised',
    async append(record) {
      if (record.type === 'unmined') await new Promise<void>((resolve) => void world.clock.after(recordingMs, resolve))
      await inner.append(record)
    },
  }
  const brokers = await Promise.all(Array.from({ length: count }, () => world.open({ journal, intervalMs: 10_000 })))
  await world.until(Promise.all(brokers.slice(0, 1).map(({ ledger }) => ledger.addLedger('30'))))
  await world.advance(300)
  await world.until(Promise.all(brokers.map((broker) => broker.position())))
  for (const { inference } of brokers) inference.startAutoFunding(world.provider, EXACT)
  for (let i = 0; i < 60 && world.position().subAccounts.length === 0; i += 1) await world.advance(1)
  await world.advance(3)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
  return { world, brokers }
}

test.each([
  { brokers: 1, recordingMs: 3_000 },
  { brokers: 2, recordingMs: 0 },
  { brokers: 2, recordingMs: 3_000 },
  { brokers: 3, recordingMs: 3_000 },
])(
  'a need is paid once by $brokers brokers of a wallet where a reorganisation takes the payment back, and its record takes $recordingMs ms',
  async (how) => {
    const { world, brokers } = await paid(how)
    await using _ = world
    world.chain.setAutomine(false)
    world.chain.reorganise(6, { forget: true })
    const readings = Promise.allSettled(brokers.map((broker) => broker.position()))
    await world.advance(5)
    world.chain.setAutomine(true)
    await world.until(readings)
    await world.advance(900)
    expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
    expect(brokers[0]?.transactions().map((one) => String(one.getSnapshot().value))).toEqual(['mined', 'mined'])
  },
)

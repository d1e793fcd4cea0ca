import { expect, test } from 'vitest'
import { createSharedTime } from '../../../src/base/known-block.ts'
import { createPlausibility } from '../../../src/streams/plausibility.ts'

const START = 1_800_000_000
const SLEEP = 1_200

/** Brokers on one chain with a block a second, whose node proves its headers; and a machine that may sleep, while its clocks stand still. */
function world() {
  let [seconds, slept] = [0, 0]
  const now = () => 1_000 * (START + seconds)
  const time = createSharedTime({ now })
  const headers = new Map<number, number>()
  const head = () => {
    const block = { number: 100 + seconds + slept, timestamp: START + seconds + slept }
    headers.set(block.number, block.timestamp)
    return block
  }
  let journalReads = 0
  /** A broker that was opened later has a clock that was set since. */
  const broker = ({ startedAt = 0, journal = null as number | null } = {}) =>
    createPlausibility({
      notBefore: 100,
      known() {
        journalReads += 1
        return journal === null ? null : { number: null, timestamp: journal, aheadMs: null }
      },
      time,
      blockTimeMs: () => 1_000,
      now: () => now() + 1_000 * startedAt,
      timestampOf: (number) => Promise.resolve(headers.get(number) ?? null),
    })
  return {
    broker,
    head,
    pass: (by: number) => (seconds += by),
    sleep: () => (slept += SLEEP),
    journalReads: () => journalReads,
  }
}

type Reader = ReturnType<ReturnType<typeof world>['broker']>

/** All read the head at once, as the wallets of a group do. @returns the errors */
async function readTogether(readers: readonly Reader[], block: { number: number; timestamp: number }) {
  const outcomes = await Promise.allSettled(
    readers.map(async (one) => {
      await one.check(block)
      one.checkAgain(block)
      one.accept(block)
    }),
  )
  return outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
}

test('after the machine has slept each broker of a fleet accepts the block that headers prove, at its first reading', async () => {
  const { broker, head, pass, sleep } = world()
  const readers = Array.from({ length: 20 }, () => broker())
  for (let round = 0; round < 2; round += 1) {
    expect(await readTogether(readers, head())).toEqual([])
    pass(30)
  }
  sleep()
  expect(await readTogether(readers, head())).toEqual([])
})

test('a broker that was opened after the sleep, by a clock that was set since, takes no reading of the others away', async () => {
  const { broker, head, pass, sleep } = world()
  const older = Array.from({ length: 3 }, () => broker())
  await readTogether(older, head())
  sleep()
  pass(30)
  const newer = broker({ startedAt: SLEEP })
  expect(await readTogether([...older, newer], head())).toEqual([])
  pass(30)
  const block = head()
  const [first, ...others] = older as [Reader, ...Reader[]]
  await first.check(block)
  expect(await readTogether([newer, ...others], block)).toEqual([])
  first.checkAgain(block)
})

test('what any journal knows, all know: a time before it is refused', async () => {
  const { broker, head } = world()
  const [paid, other] = [broker({ journal: START + 50_000 }), broker()]
  await expect(paid.check(head())).rejects.toThrow('block time that cannot be right')
  await expect(other.check(head())).rejects.toThrow('block time that cannot be right')
})

test('a reading asks its own journal, and not those of the other wallets', async () => {
  const { broker, head, journalReads } = world()
  const readers = Array.from({ length: 50 }, () => broker({ journal: START - 100 }))
  await readTogether(readers, head())
  const before = journalReads()
  expect(before).toBeLessThanOrEqual(4 * readers.length)
})

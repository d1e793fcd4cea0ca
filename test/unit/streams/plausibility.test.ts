import { describe, expect, test } from 'vitest'
import { createPlausibility } from '../../../src/streams/plausibility.ts'

const NOW = 1_800_000_000
const YEARS = 10 * 365 * 86_400

/** A chain with a block a second, at the time of the machine, whose node can prove these timestamps. */
function chainOf(timestamps?: (number: number) => number | null) {
  let seconds = 0
  const plausibility = createPlausibility({
    notBefore: 100,
    blockTimeMs: () => 1_000,
    now: () => 1_000 * (NOW + seconds),
    timestampOf: timestamps && ((number) => Promise.resolve(timestamps(number))),
  })
  return {
    wait: (time: number) => (seconds += time),
    /** Reads the head, which is `ahead` seconds ahead of the machine's clock. @returns the error, or null once accepted */
    async read(ahead = 0, number = 100 + seconds): Promise<Error | null> {
      const block = { number, timestamp: NOW + seconds + ahead }
      try {
        await plausibility.check(block)
        plausibility.accept(block)
        return null
      } catch (error) {
        return error as Error
      }
    },
  }
}

const timeError = expect.objectContaining({
  name: 'ReadError',
  retryable: true,
  message: expect.stringMatching(/^The node answers with a block time that cannot be right\./) as string,
}) as Error

describe('a block time', () => {
  test('of the machine, behind it, or a little ahead of it is accepted', async () => {
    for (const ahead of [0, -86_400, -YEARS, 500]) expect(await chainOf().read(ahead)).toBeNull()
  })

  test('ten years ahead for three seconds is never accepted, also not at the first reading', async () => {
    for (const isFirst of [true, false]) {
      const chain = chainOf()
      if (!isFirst) expect(await chain.read()).toBeNull()
      for (let half = 0; half <= 6; half += 1) {
        expect(await chain.read(YEARS)).toEqual(timeError)
        chain.wait(0.5)
      }
      expect(await chain.read()).toBeNull()
    }
  })

  test('far behind the machine is accepted at the first reading where the header of its block says the same', async () => {
    expect(await chainOf(() => NOW - YEARS).read(-YEARS)).toBeNull()
    expect(await chainOf(() => NOW).read(-YEARS)).toEqual(timeError)
    expect(await chainOf(() => null).read(-601)).toEqual(timeError)
    expect(await chainOf(() => null).read(-600)).toBeNull()
  })

  test('before that of an earlier block is not accepted, and the last block again is', async () => {
    const chain = chainOf((number) => NOW - (number === 101 ? YEARS : 0))
    expect(await chain.read()).toBeNull()
    chain.wait(1)
    expect(await chain.read(-YEARS)).toEqual(timeError)
    expect(await chain.read(0)).toBeNull()
    chain.wait(86_400)
    expect(await chain.read(-86_400, 101)).toBeNull()
  })

  test('names the lead over the machine', async () => {
    expect(await chainOf().read(YEARS)).toMatchObject({
      facts: { answered: `block 100 at ${NOW + YEARS}`, 'ahead of this machine': `${YEARS} s` },
    })
  })

  test('that several readings confirm is accepted, and so are later ones with that lead', async () => {
    const chain = chainOf()
    const outcomes: boolean[] = []
    for (let second = 0; second < 8; second += 1) {
      outcomes.push((await chain.read(3_600)) === null)
      chain.wait(1)
    }
    expect(outcomes).toEqual([false, false, false, false, true, true, true, true])
    expect([await chain.read(3_700), await chain.read(4_400)]).toEqual([null, timeError])
  })

  test('that readings give in contradiction is not confirmed', async () => {
    const chain = chainOf()
    for (const ahead of [3_600, YEARS, 7_200, 2 * YEARS, 3_600, YEARS]) {
      expect(await chain.read(ahead)).toEqual(timeError)
      chain.wait(5)
    }
    for (const number of [300, 200, 100]) {
      expect(await chain.read(YEARS, number)).toEqual(timeError)
      chain.wait(5)
    }
  })

  test('that the headers of its block and of the last one prove is accepted at once', async () => {
    const chain = chainOf((number) => NOW + (number - 100) + (number > 105 ? 3_600 : 0))
    expect(await chain.read()).toBeNull()
    chain.wait(10)
    expect(await chain.read(3_600)).toBeNull()
  })

  test.for<[string, (number: number) => number | null]>([
    ['the header of its block has another time', (number) => NOW + (number - 100)],
    ['the node does not have its block', (number) => (number > 105 ? null : NOW + (number - 100))],
    ['the header of the last block has another time than before', (number) => NOW + (number - 100) + YEARS],
  ])('is not proven where %s', async ([, timestamps]) => {
    const chain = chainOf(timestamps)
    expect(await chain.read()).toBeNull()
    chain.wait(10)
    expect(await chain.read(YEARS)).toEqual(timeError)
  })

  test('of the first reading is proven by its header up to 400 days: all headers may be wrong', async () => {
    for (const [ahead, error] of [
      [400 * 86_400, null],
      [401 * 86_400, timeError],
    ] as const) {
      const chain = chainOf((number) => NOW + (number - 100) + ahead)
      expect(await chain.read(ahead)).toEqual(error)
      const disagreeing = chainOf((number) => NOW + (number - 100))
      expect(await disagreeing.read(ahead)).toEqual(timeError)
    }
  })

  test('may catch up after a halt, and by a day with a machine whose clock is fast', async () => {
    const halted = chainOf()
    expect(await halted.read()).toBeNull()
    halted.wait(7_200)
    expect(await halted.read(-7_200, 100)).toBeNull()
    expect(await halted.read(0, 101)).toBeNull()
    const fast = chainOf()
    expect(await fast.read(-5 * 86_400)).toBeNull()
    expect([await fast.read(-4 * 86_400, 101), await fast.read(-2 * 86_400, 102)]).toEqual([null, timeError])
  })
})

describe('a block number', () => {
  test('10^9 too high is not accepted before several readings confirm it', async () => {
    const chain = chainOf()
    expect(await chain.read()).toBeNull()
    chain.wait(1)
    expect(await chain.read(0, 1_000_000_101)).toMatchObject({
      message: expect.stringMatching(/^The node answers with a block number that cannot be right\./) as string,
      facts: { answered: 'block 1000000101', 'last reading': 'block 100' },
    })
    expect(await chain.read()).toBeNull()
  })

  test('is accepted within ten times the pace of the chain, and after a long pause', async () => {
    const chain = chainOf()
    expect(await chain.read()).toBeNull()
    chain.wait(60)
    expect(await chain.read(0, 10_000)).toBeNull()
    chain.wait(86_400)
    expect(await chain.read(0, 800_000)).toBeNull()
  })
})

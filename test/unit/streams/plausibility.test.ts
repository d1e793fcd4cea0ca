import { describe, expect, test } from 'vitest'
import { latestOf, type KnownBlock } from '../../../src/base/known-block.ts'
import { createPlausibility } from '../../../src/streams/plausibility.ts'

const NOW = 1_800_000_000
const YEARS = 10 * 365 * 86_400

/** A chain with a block a second, at the time of the machine, whose node can prove these timestamps; and what a journal knows. */
function chainOf(timestamps?: (number: number) => number | null, journal: KnownBlock[] = []) {
  let seconds = 0
  const plausibility = createPlausibility({
    notBefore: 100,
    known: () => latestOf(journal),
    blockTimeMs: () => 1_000,
    now: () => 1_000 * (NOW + seconds),
    timestampOf: timestamps && ((number) => Promise.resolve(timestamps(number))),
  })
  return {
    wait: (time: number) => (seconds += time),
    /** Reads the head, which is `ahead` seconds ahead of the machine's clock. @returns the error, or null once accepted */
    async read(ahead = 0, number = 100 + seconds, meanwhile = (): void => undefined): Promise<Error | null> {
      const block = { number, timestamp: NOW + seconds + ahead }
      try {
        await plausibility.check(block)
        meanwhile()
        plausibility.checkAgain(block)
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

describe('a block time beside one that the journal knows', () => {
  const DAY = 86_400
  const paid: KnownBlock = { number: 40, timestamp: NOW - 60, aheadMs: 0 }
  /** Headers of a chain at the time of the machine, as a node says them that is wrong by so much. */
  const headers =
    (wrong = 0) =>
    (number: number) =>
      NOW + number - 100 + wrong

  test.each([2 * DAY, -2 * DAY, 3_600, -3_600])(
    'that contradicts it by %d s is refused for ten minutes',
    async (wrong) => {
      const chain = chainOf(headers(wrong), [paid])
      let refused = 0
      for (; refused < 700 && (await chain.read(wrong)) !== null; refused += 1) chain.wait(1)
      expect(refused).toBe(600)
      chain.wait(60)
      expect(await chain.read(wrong)).toBeNull()
    },
  )

  test('that goes back behind it is refused also where it is near the clock of the machine, and names both', async () => {
    const chain = chainOf(headers(-300), [paid])
    expect(await chain.read(-300)).toMatchObject({
      facts: {
        answered: `block 100 at ${NOW - 300}`,
        'last reading': `block 40 at ${NOW - 60}`,
        'behind this machine': '300 s',
      },
    })
  })

  test.each([10 * 365 * DAY, -10 * 365 * DAY])(
    'that both headers prove counts at once, though the clock of the machine is wrong by %d s now',
    async (wrong) => {
      const chain = chainOf((number) => headers()(number) - wrong, [{ ...paid, timestamp: NOW - 60 - wrong }])
      expect(await chain.read(-wrong)).toBeNull()
    },
  )

  test('that is right counts after a few readings where what the journal knows was wrong, and from then on', async () => {
    for (const wrong of [2 * DAY, -2 * DAY]) {
      const chain = chainOf(headers(), [{ number: 40, timestamp: NOW - 60 + wrong, aheadMs: 1_000 * wrong }])
      const outcomes: boolean[] = []
      for (let second = 0; second < 8; second += 1) {
        outcomes.push((await chain.read()) === null)
        chain.wait(1)
      }
      expect(outcomes).toEqual([false, false, false, false, true, true, true, true])
    }
  })

  test('that goes back is not proven by the header of its own block', async () => {
    const chain = chainOf((number) => headers()(number) - (number >= 100 ? DAY : 0), [paid])
    for (let minute = 0; minute < 9; minute += 1) {
      expect(await chain.read(-DAY)).toEqual(timeError)
      chain.wait(60)
    }
    expect(await chain.read()).toBeNull()
  })

  test('counts as before where the node does not have the header of the known block', async () => {
    const chain = chainOf((number) => (number < 100 ? null : headers(DAY)(number)), [paid])
    const outcomes: boolean[] = []
    for (let second = 0; second < 6; second += 1) {
      outcomes.push((await chain.read(DAY)) === null)
      chain.wait(1)
    }
    expect(outcomes).toEqual([false, false, false, false, true, true])
  })

  test('is refused where the journal is opened only during the reading, and at each reading after', async () => {
    const journal: KnownBlock[] = []
    const chain = chainOf(headers(DAY), journal)
    expect(await chain.read(DAY)).toBeNull()
    chain.wait(1)
    expect(await chain.read(DAY, 101, () => void journal.push(paid))).toEqual(timeError)
    chain.wait(1)
    expect(await chain.read(DAY)).toEqual(timeError)
  })

  test('whose number is not known is a floor', async () => {
    const chain = chainOf(headers(-DAY), [{ number: null, timestamp: NOW - 60, aheadMs: null }])
    expect(await chain.read(-DAY)).toEqual(timeError)
    expect(await chainOf(headers(), [{ number: null, timestamp: NOW - 60, aheadMs: null }]).read()).toBeNull()
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

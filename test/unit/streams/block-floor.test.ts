import { assert, array, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBlockFloor } from '../../../src/streams/block-floor.ts'

const ABSURD = 10 ** 9

function floorAt(notBefore: number) {
  let nowMs = 0
  const floor = createBlockFloor({ notBefore, blockTimeMs: () => 1_000, now: () => nowMs })
  return {
    ...floor,
    wait: (ms: number) => (nowMs += ms),
    /** Whether the floor lets a reading pass. */
    takes(block: number): boolean {
      try {
        floor.check(block)
        floor.accept(block)
        return true
      } catch {
        return false
      }
    },
  }
}

describe('the floor of a reading', () => {
  test('is given up after three lower readings in a row that rise over three blocks', () => {
    const floor = floorAt(100)
    expect(floor.takes(ABSURD)).toBe(true)
    const outcomes = [101, 102, 103, 104].map((block) => {
      const taken = floor.takes(block)
      floor.wait(1_000)
      return taken
    })
    expect(outcomes).toEqual([false, false, false, true])
    expect([floor.current(), floor.takes(103), floor.takes(105)]).toEqual([104, false, true])
  })

  test('names both blocks in its error', () => {
    const floor = floorAt(ABSURD)
    expect(() => floor.check(7)).toThrow(
      expect.objectContaining({
        name: 'StaleReadingError',
        facts: { answered: 'block 7', 'at least': `block ${ABSURD}` },
      }) as Error,
    )
  })

  test.for<[string, number[], number]>([
    ['readings of one block, as of a halted chain', [101, 101, 101, 101, 101], 1_000],
    ['readings that fall', [105, 104, 103, 102, 101], 1_000],
    ['readings that go up and down', [105, 101, 106, 102, 107], 1_000],
    ['readings within less than three blocks', [101, 102, 103, 104, 105, 106], 500],
    ['two readings', [101, 102], 10_000],
  ])('is kept after %s', ([, blocks, pauseMs]) => {
    const floor = floorAt(ABSURD)
    for (const block of blocks) {
      expect(floor.takes(block)).toBe(false)
      floor.wait(pauseMs)
    }
    expect(floor.current()).toBe(ABSURD)
  })

  test('is kept for a node that lags and will catch up', () => {
    const floor = floorAt(130)
    for (let block = 100; block < 130; block += 1) {
      expect(floor.takes(block)).toBe(false)
      floor.wait(1_000)
    }
    expect(floor.takes(130)).toBe(true)
  })

  test('is proven anew after each accepted reading', () => {
    const floor = floorAt(ABSURD)
    for (const block of [101, 102, 103, 104]) {
      floor.takes(block)
      floor.wait(1_000)
    }
    expect(floor.takes(ABSURD)).toBe(true)
    expect(floor.takes(106)).toBe(false)
  })
})

test('the floor of a receipt stays, whatever the readings say', () => {
  assert(
    property(array(integer({ min: 0, max: ABSURD - 1 }), { minLength: 1, maxLength: 50 }), (blocks) => {
      const floor = floorAt(0)
      floor.raise(ABSURD)
      for (const block of blocks) {
        expect([floor.takes(block), floor.isAbove(block), floor.current()]).toEqual([false, true, ABSURD])
        floor.wait(10_000)
      }
      expect(floor.takes(ABSURD)).toBe(true)
    }),
  )
})

test('giving up the floor of a reading never goes below a receipt', () => {
  const floor = floorAt(ABSURD)
  floor.raise(200)
  for (let block = 150; block < 200; block += 1) {
    expect(floor.takes(block)).toBe(false)
    floor.wait(1_000)
  }
  expect([floor.takes(200), floor.current()]).toEqual([true, 200])
})

import { expect, test } from 'vitest'
import { inTurn } from '../support/runs.ts'

test.each([1, 2, 5, 8, 28, 30, 97])('%i seeds in a row take each of as many combinations once', (count) => {
  const combinations = Array.from({ length: count }, (_, at) => at)
  for (const first of [0, 1, 7, 1_000]) {
    const taken = combinations.map((at) => inTurn(combinations, first + at))
    expect(taken.toSorted((a, b) => a - b)).toEqual(combinations)
  }
})

test('there is nothing to take of no combinations', () => {
  expect(() => inTurn([], 1)).toThrow('There are no combinations.')
})

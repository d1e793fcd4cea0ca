import { expect, test } from 'vitest'
import { toPolicy, type AutoFundingConfig } from '../../../src/funding/config.ts'

test('a limit whose name is misspelt is refused, since it would not be a limit', () => {
  const config = { maxTopup: '5' } as AutoFundingConfig
  expect(() => toPolicy(config, 1n)).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^There is no such option of auto-funding\.\n\noption: maxTopup\n/) as string,
    }),
  )
})

test.each([
  [1_000n, '1000n'],
  [5, '5'],
  ['1 day', '"1 day"'],
  [undefined, 'undefined'],
  [{ days: 1 }, 'an object with days'],
])('a value that is no duration is refused (%s)', (per, shown) => {
  const config = { budget: { amount: '5', per } } as unknown as AutoFundingConfig
  expect(() => toPolicy(config, 1n)).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: `This is not a duration.\n\nbudget.per: ${shown}\nexpected:   a number and s, m, h or d, such as "6h"`,
    }),
  )
})

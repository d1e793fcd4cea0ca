import { expect, test } from 'vitest'
import { toPolicy, type AutoFundingConfig } from '../../src/auto-funding-config.ts'

test('a limit whose name is misspelt is refused: it would be no limit', () => {
  const config = { maxTopup: '5' } as AutoFundingConfig
  expect(() => toPolicy(config, 1n)).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^There is no such option of auto-funding\.\n\noption: maxTopup\n/) as string,
    }),
  )
})

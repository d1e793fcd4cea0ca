import { expect, test } from 'vitest'
import { safeLogger, silent, type Logger } from '../../../src/base/logger.ts'

const broken = (): never => {
  throw new Error('the disk is full')
}

test('a line that cannot be written ends nothing, and a logger that cannot fail is passed on as it is', () => {
  const given: Logger = { debug: broken, info: broken, warn: broken, error: broken }
  const logger = safeLogger(given)
  logger.warn({}, 'a line')
  expect([safeLogger(logger) === logger, safeLogger() === silent, logger === given]).toEqual([true, true, false])
})

import { expect, test } from 'vitest'
import { InvalidInputError } from '../../../src/index.ts'
import { safeMessage, safeMessageOf } from '../../../src/visualizer/safe-message.ts'

test('a message is one line without URLs, signed bytes and tokens, and at most 300 characters long', () => {
  const hash = `0x${'cd'.repeat(32)}`
  expect(
    safeMessage(
      `POST https://user:SECRET@rpc.example/SECRET\n failed:\t0x${'ab'.repeat(90)} is not ${hash}, Bearer SECRET`,
    ),
  ).toBe(`POST … failed: … is not ${hash}, Bearer …`)
  expect(safeMessage('no '.repeat(200))).toBe(`${'no '.repeat(100).slice(0, 299)}…`)
})

test('an error of og-ledger says what happened, why and what to do; any other error says nothing', () => {
  const error = new InvalidInputError('It failed.', { reason: 'of ws://rpc.example/SECRET', do: 'try again' })
  expect(safeMessageOf(error)).toBe('It failed. (of … To do: try again.')
  expect(safeMessageOf(new Error('SECRET'))).toBe('Something unexpected went wrong.')
})

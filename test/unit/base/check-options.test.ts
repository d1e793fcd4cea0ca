import { expect, test } from 'vitest'
import {
  anything,
  checkOptions,
  isBoolean,
  isEither,
  isFunction,
  isMilliseconds,
  isObjectWith,
  isOneOf,
  isSignal,
  isWei,
  isWhole,
} from '../../../src/base/check-options.ts'

const fields = {
  on: isBoolean,
  wei: isWei,
  every: isMilliseconds({ least: 100 }),
  port: isEither(isWhole({ least: 0, most: 65_535 }), isOneOf(null)),
  ask: isFunction,
  store: isObjectWith('a journal', ['load', 'append']),
  signal: isSignal,
  any: anything,
}

const refusal = (options: unknown): string => {
  try {
    checkOptions('createThing', options, fields)
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
}

test('takes what fits, and what is left out', () => {
  const store = { load: () => 1, append: () => 2 }
  expect(refusal({})).toBe('taken')
  expect(refusal({ on: undefined })).toBe('taken')
  expect(
    refusal({
      on: true,
      wei: 0n,
      every: 100,
      port: null,
      ask: () => 1,
      store,
      signal: new AbortController().signal,
      any: 1,
    }),
  ).toBe('taken')
})

test.each([
  [{ on: 'yes' }, 'on is true or false.\n\noption: on of createThing\nvalue:  "yes"'],
  [{ wei: -1n }, 'wei is a bigint of wei from 0n up.\n\noption: wei of createThing\nvalue:  -1n'],
  [{ wei: 5 }, 'wei is a bigint of wei from 0n up.\n\noption: wei of createThing\nvalue:  5'],
  [
    { every: Number.NaN },
    'every is milliseconds from 100 up, or a duration such as "90s".\n\noption: every of createThing\nvalue:  NaN',
  ],
  [{ port: 1.5 }, 'port is a whole number from 0 to 65535, or is null.\n\noption: port of createThing\nvalue:  1.5'],
  [
    { store: '/tmp/journal' },
    'store is a journal, an object with load, append.\n\noption: store of createThing\nvalue:  "/tmp/journal"',
  ],
  [{ signal: {} }, 'signal is an AbortSignal.\n\noption: signal of createThing\nvalue:  an object without keys'],
  [{ ask: 1 }, 'ask is a function.\n\noption: ask of createThing\nvalue:  1'],
  [
    { onn: true },
    'createThing has no option onn.\n\ndid you mean: on\nknown:        on, wei, every, port, ask, store, signal, any',
  ],
  [null, 'The options of createThing are an object.\n\noptions: null'],
  ['0x' + 'ab'.repeat(32), 'The options of createThing are an object.\n\noptions: a string of 66 characters'],
])('%o', (options, message) => {
  expect(refusal(options)).toBe(message)
})

test('shows nothing of a string that may be a key', () => {
  expect(refusal({ on: `0x${'ab'.repeat(32)}` })).toBe(
    'on is true or false.\n\noption: on of createThing\nvalue:  a string of 66 characters',
  )
})

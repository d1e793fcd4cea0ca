import { AbiCoder } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact } from '../../../src/base/redact.ts'
import { gradeBroadcastError } from '../../../src/chain/broadcast-answer.ts'
import { revertError } from '../../../src/chain/revert-error.ts'
import { reasonOf, safeCause } from '../../../src/chain/cause.ts'
import { safeMessage } from '../../../src/visualizer/safe-message.ts'

// oxlint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/

const RED = '\u001B[31mred\u001B[39m'

test.for<[string, string, string]>([
  ['a colour', `a ${RED} b`, 'a red b'],
  ['the screen is cleared', 'a\u001B[2J\u001B[Hb', 'ab'],
  ['the cursor goes up', 'refused\u001B[1A\u001B[2Kmined', 'refusedmined'],
  ['a new title', 'a\u001B]0;owned\u0007b', 'ab'],
  ['the clipboard', 'a\u001B]52;c;Y3VybA==\u001B\\b', 'ab'],
  ['a link', '\u001B]8;;https://evil.example\u0007here\u001B]8;;\u0007', 'here'],
  ['a request that the terminal answers', 'a\u001B[6nb\u001B[cb', 'abb'],
  ['sequences of one byte', 'a\u009B2Jb\u0085c', 'abc'],
  ['a carriage return', 'refused\rmined', 'refusedmined'],
  ['backspaces', 'no\b\byes', 'noyes'],
  ['a bell, and nothing', 'a\u0007\u0000b', 'ab'],
  ['an open sequence', 'a\u001B[', 'a['],
  ['text that runs backwards', 'a\u202Eb\u2066c', 'abc'],
  ['lines and tabs', 'a\n\tb', 'a\n\tb'],
])('what a node says reaches no terminal as a command: %s', ([, text, said]) => {
  expect(redact(text, { urls: 'host' })).toBe(said)
})

test('the colours of this process stay, and nothing else that a terminal obeys', () => {
  expect(
    redact(`${RED}\u001B[2J\u001B[6n\u001B]0;x\u0007 \u001B[1;31mb\u001B[0m`, { urls: 'host', colors: true }),
  ).toBe(`${RED} \u001B[1;31mb\u001B[0m`)
})

test('an error of a node loses them in its cause, its reason, its grade and on the page', () => {
  const error = { error: { code: -32000, message: 'insufficient\u001B[2J funds\u001B]0;x\u0007\u202E' } }
  const all = [safeCause(error).message, reasonOf(error), gradeBroadcastError(error).message]
  expect(all).toEqual(Array.from({ length: 3 }, () => 'insufficient funds'))
  expect(gradeBroadcastError(error).reason).toBe('insufficient-funds')
  expect(safeMessage('a\u001B[2J b\u0007')).not.toMatch(OBEYED)
})

test('a revert reason loses them: the node could have made it up', () => {
  const text = 'no\u001B[2J money\u0007\u202E'
  const data = `0x08c379a0${AbiCoder.defaultAbiCoder().encode(['string'], [text]).slice(2)}`
  const errors = [
    { error: { code: 3, message: 'execution reverted', data } },
    { message: `execution reverted: ${text}` },
  ]
  for (const error of errors) expect(revertError('depositFund', error)?.message).not.toMatch(OBEYED)
  expect(errors.map((error) => revertError('depositFund', error) !== null)).toEqual([true, true])
})

test('no text keeps any of them', () => {
  const part = fc.constantFrom('\u001B', '[', ']', '31m', ';', '\u0007', '\\', '\u009B', 'a', '\n', '\u202E', '\r')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      expect(redact(parts.join(''), { urls: 'host' })).not.toMatch(OBEYED)
    }),
  )
})

import { expect, test } from 'vitest'
import { toAddress } from '../../../src/chain/address.ts'

const ADDRESS = '0x525C904B5A255039C9EB316599D487eC86A4644e'
const expected = 'expected: 0x and 40 hex digits; in mixed case the checksum must hold'

test('an address in lower case or upper case is taken, and comes in checksummed spelling', () => {
  const digits = ADDRESS.slice(2)
  expect([ADDRESS, `0x${digits.toLowerCase()}`, `0x${digits.toUpperCase()}`].map((one) => toAddress(one))).toEqual([
    ADDRESS,
    ADDRESS,
    ADDRESS,
  ])
})

test.each([
  ['', '""', null],
  ['0x12', '"0x12"', 'it has 2 hex digits'],
  [ADDRESS.slice(0, -1), `"${ADDRESS.slice(0, -1)}"`, 'it has 39 hex digits'],
  [
    ADDRESS.replace('5C', '5c'),
    `"${ADDRESS.replace('5C', '5c')}"`,
    'its checksum does not hold: a digit is wrong, or the case of a letter',
  ],
  ['alice.eth', '"alice.eth"', 'it is a name, and names are not looked up'],
  // It may be a key: nothing of it is shown.
  [`0x${'ab'.repeat(32)}`, 'a string of 66 characters', 'it has 64 hex digits, as a key or a hash has'],
  ['ab'.repeat(32), 'a string of 64 characters', 'it has 64 hex digits, as a key or a hash has'],
  [null, 'null', null],
  [7, '7', null],
  [Promise.resolve(ADDRESS), 'a promise', null],
])('%j is no address, and the error says why', (value, shown, problem) => {
  const facts = [`provider: ${shown}`, ...(problem === null ? [] : [`problem:  ${problem}`]), expected]
  expect(() => toAddress(value as string, 'provider')).toThrow(
    expect.objectContaining({ name: 'InvalidInputError', message: `This is not an address.\n\n${facts.join('\n')}` }),
  )
})

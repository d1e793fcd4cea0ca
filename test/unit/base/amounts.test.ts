import { assert, bigInt, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { toWei } from '../../../src/base/amounts.ts'
import { formatOg, InvalidInputError, ogToWei, weiToOg, type Amount } from '../../../src/index.ts'

const OG = 10n ** 18n
const MAX = 2n ** 256n - 1n
const MAX_OG = '115792089237316195423570985008687907853269984665640564039457.584007913129639935'

test.for([
  ['0', 0n],
  ['1', OG],
  ['1.5', (3n * OG) / 2n],
  ['0.000000000000000001', 1n],
  ['0.1', OG / 10n],
  ['0.7', (7n * OG) / 10n],
  ['3.3', (33n * OG) / 10n],
  ['4.60', (46n * OG) / 10n],
  ['007', 7n * OG],
  ['1000000000000000000000', 1_000n * OG * OG],
  [MAX_OG, MAX],
] as const)('"%s" OG are %s wei exactly', ([og, wei]) => {
  expect([ogToWei(og), toWei(og)]).toEqual([wei, wei])
})

const empty = 'it is empty'
const blanks = 'it has blanks'
const sign = 'it has a sign'
const exponent = 'it has an exponent'
const separators = 'it has separators'
const tooLarge = 'it is more than a contract can hold (2^256 - 1 wei)'
const other = 'it is not a decimal number'

test.for([
  ['', empty],
  [' ', blanks],
  [' 1', blanks],
  ['1 ', blanks],
  ['1\n', blanks],
  ['1 000', blanks],
  ['+2', sign],
  ['-1', sign],
  ['-0.5', sign],
  ['1e-3', exponent],
  ['1E18', exponent],
  ['1.5e+3', exponent],
  ['1,5', separators],
  ['1_000', separators],
  ["1'000", separators],
  ['1,000.5', separators],
  ['.5', 'it has no digit before the point'],
  ['5.', 'it has no digit after the point'],
  ['.', other],
  ['1.2.3', other],
  ['0x1', other],
  ['abc', other],
  ['NaN', other],
  ['Infinity', other],
  ['1n', other],
  ['1 OG', blanks],
  ['١', other],
  ['1.0000000000000000000', 'it has 19 decimals; 18 at most'],
  ['0.0000000000000000019', 'it has 19 decimals; 18 at most'],
  ['1' + '0'.repeat(60), tooLarge],
  ['115792089237316195423570985008687907853269984665640564039457.584007913129639936', tooLarge],
] as const)('%j is refused: %s', ([og, problem]) => {
  const refused = expect.objectContaining({
    name: 'InvalidInputError',
    retryable: false,
    message: [
      'This is not an amount in OG.',
      '',
      `amount:   ${JSON.stringify(og)}`,
      `problem:  ${problem}`,
      'expected: digits with up to 18 decimals, such as "1.5"',
    ].join('\n'),
  })
  for (const refuse of [ogToWei, toWei]) expect(() => refuse(og)).toThrow(refused)
})

test.for([
  [1, 'a number', 'Write "1" for OG or 1n for wei.'],
  [0.1, 'a number', 'Write "0.1" for OG or 1n for wei.'],
  [2.5, 'a number', 'Write "2.5" for OG or 2n for wei.'],
  [undefined, 'undefined', 'Write "1.5".'],
  [null, 'null', 'Write "1.5".'],
  [true, 'a boolean', 'Write "1.5".'],
  [['1'], 'an object', 'Write "1.5".'],
] as const)('%j is refused for its type', ([amount, kind, hint]) => {
  const wrong = amount as unknown as string
  expect(() => ogToWei(wrong)).toThrow(wrongType(`An amount in OG is a string such as "1.5"; this is ${kind}. ${hint}`))
  expect(() => toWei(wrong, 'maxTopUp')).toThrow(
    wrongType(`maxTopUp is a bigint (wei) or a string (OG in decimal); this is ${kind}. ${hint}`),
  )
})

test.for([1, 0.1, 1e-7, 123456789, 1e21])('what the message about the number %s says to write works', (number) => {
  const advice = refusalOf(() => toWei(number as unknown as string))
  const [, og = 'nothing'] = /Write "(.+)" for OG/.exec(advice) ?? []
  expect(ogToWei(og)).toBeGreaterThan(0n)
})

test('toWei passes wei through, from zero to the largest uint256', () => {
  expect([0n, 1n, MAX].map((wei) => toWei(wei))).toEqual([0n, 1n, MAX])
  expect(() => toWei(-1n, 'amount')).toThrow(
    new InvalidInputError('An amount cannot be negative.', { amount: '-1 wei' }),
  )
  expect(() => toWei(MAX + 1n)).toThrow(tooLarge)
})

test('weiToOg is exact and ogToWei reverses it', () => {
  assert(
    property(bigInt({ min: 0n, max: MAX }), (wei) => {
      const og = weiToOg(wei)
      expect(og).toMatch(/^(0|[1-9]\d*)(\.\d{0,17}[1-9])?$/)
      expect(ogToWei(og)).toBe(wei)
      expect(weiToOg(-wei)).toBe(wei === 0n ? '0' : `-${og}`)
    }),
  )
})

test.for([
  [1, 'a number'],
  ['1', 'a string'],
  [undefined, 'undefined'],
] as const)('weiToOg and formatOg refuse %j: they take a bigint', ([amount, kind]) => {
  const wrong = amount as unknown as bigint
  for (const write of [weiToOg, formatOg])
    expect(() => write(wrong)).toThrow(wrongType(`An amount in wei is a bigint; this is ${kind}.`))
})

test.for([
  [0n, undefined, '0'],
  [1n, undefined, '<0.0001'],
  [-1n, undefined, '>-0.0001'],
  [OG / 10_000n, undefined, '0.0001'],
  [OG / 10_000n - 1n, undefined, '<0.0001'],
  [OG - 1n, undefined, '0.9999'],
  [-OG - 1n, undefined, '-1'],
  [(3n * OG) / 2n, undefined, '1.5'],
  [1_234_567_890_123_456_789_012n, undefined, '1234.5678'],
  [1_234_567_890_123_456_789_012n, 0, '1234'],
  [1_234_567_890_123_456_789_012n, 18, '1234.567890123456789012'],
  [OG - 1n, 0, '<1'],
  [1n, 18, '0.000000000000000001'],
] as const)('%s wei with %s digits read %s', ([wei, digits, text]) => {
  expect(formatOg(wei, digits)).toBe(text)
})

test('formatOg never shows more than the amount', () => {
  assert(
    property(bigInt({ min: 0n, max: MAX }), integer({ min: 0, max: 18 }), (wei, digits) => {
      const text = formatOg(wei, digits)
      const shown = ogToWei(text.replace('<', ''))
      const unit = 10n ** BigInt(18 - digits)
      expect(text.startsWith('<') ? wei < shown : shown <= wei && wei - shown < unit).toBe(true)
    }),
  )
})

test.for([-1, 19, 1.5, NaN])('%s digits are refused', (digits) => {
  expect(() => formatOg(1n, digits)).toThrow(
    new RangeError(`digits is a whole number from 0 to 18; this is ${digits}.`),
  )
})

test('the type Amount excludes numbers', () => {
  // @ts-expect-error a number is neither OG nor wei
  const amount: Amount = 1
  expect(amount).toBe(1)
})

function refusalOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}

function wrongType(message: string): TypeError {
  return Object.assign(new TypeError(message), {
    code: 'OG_LEDGER_INVALID_INPUT',
    docs: 'docs/errors.md#other-errors',
  })
}

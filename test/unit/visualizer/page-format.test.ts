import fc from 'fast-check'
import { expect, test } from 'vitest'
import { change, column, exactly, inOg, minus, sum } from '../../../src/visualizer/page/format/amounts.ts'
import { ago, clock, duration, moment } from '../../../src/visualizer/page/format/durations.ts'
import { addressLink, transactionLink } from '../../../src/visualizer/page/format/links.ts'
import { arrowHead, roundedPath } from '../../../src/visualizer/page/format/paths.ts'
import { roundTicks, timeTicks } from '../../../src/visualizer/page/format/scales.ts'
import { stepPath } from '../../../src/visualizer/page/format/steps.ts'
import { inputText, parseAmount } from '../../../src/visualizer/page/format/amount-input.ts'

const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })

test('amounts have digits that suit their size, and never show more than there is', () => {
  expect(
    ['0', '1', '99999999999999', '100000000000000', '1285000000000000000', '1999999999999999999'].map((wei) =>
      inOg(wei as '0'),
    ),
  ).toEqual(['0', '<0.0001', '<0.0001', '0.0001', '1.285', '1.9999'])
  expect(inOg('1234567890000000000000')).toBe('1,234.56')
  expect(inOg('9876543219999999999999999')).toBe('9,876,543')
  expect(inOg('-1285000000000000000')).toBe('−1.285')
  expect(inOg('-1')).toBe('>−0.0001')
  expect(change('1285000000000000000')).toBe('+1.285')
  expect(change('-1285000000000000000')).toBe('−1.285')
})

test('amounts of a column have the same number of decimals', () => {
  expect([column('2000000000000000000'), column('715300000000000000'), column('0')]).toEqual([
    '2.0000',
    '0.7153',
    '0.0000',
  ])
})

test('a shown amount is at most the amount, and less by less than a unit of its last digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 10n ** 14n, max: 10n ** 30n }), fc.constantFrom(0, 2, 4, 6), (wei, digits) => {
      const text = column(`${wei}`, digits)
      if (text.startsWith('<')) return wei < 10n ** BigInt(18 - digits)
      const shown = BigInt(text.replaceAll(',', '').replace('.', '')) * 10n ** BigInt(18 - digits)
      return shown <= wei && wei - shown < 10n ** BigInt(18 - digits)
    }),
  )
})

test('the title of an amount has all its digits', () => {
  expect(exactly('1285000000000000001')).toBe('1.285000000000000001 OG = 1,285,000,000,000,000,001 wei')
  expect(exactly('-500')).toBe('−0.0000000000000005 OG = −500 wei')
  expect(exactly('0')).toBe('0 OG = 0 wei')
})

test('sums and differences are those of integers', () => {
  fc.assert(
    fc.property(amounts, amounts, (a, b) => {
      expect([sum([`${a}`, `${b}`]), minus(`${a}`, `${b}`)]).toEqual([`${a + b}`, `${a - b}`])
    }),
  )
})

test('the text of an amount field is an amount, or none', () => {
  expect(['1', ' 1.5 ', '0.000000000000000001', '007.10'].map(parseAmount)).toEqual([
    '1000000000000000000',
    '1500000000000000000',
    '1',
    '7100000000000000000',
  ])
  expect(['', '0', '0.0', '-1', '1,5', '1e3', '1.', '.5', '1.0000000000000000001', 'OG'].map(parseAmount)).toEqual(
    Array.from({ length: 10 }, () => null),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 38n - 1n }), (wei) => parseAmount(inputText(`${wei}`)) === `${wei}`),
  )
})

test('durations are shown in their two largest units', () => {
  expect([0, 45.9, 60, 200, 3_600, 7_500, 86_400, 363_600, 1e9, -5].map(duration)).toEqual([
    '0s',
    '45s',
    '1m',
    '3m 20s',
    '1h',
    '2h 5m',
    '1d',
    '4d 5h',
    'over 10 years',
    '0s',
  ])
  expect([ago(0.2), ago(61)]).toEqual(['just now', '1m 1s ago'])
})

test('a moment is a time of day, with the date on another day', () => {
  const now = new Date(2026, 2, 3, 14, 5, 9).getTime()
  expect(clock(now)).toBe('14:05:09')
  expect(moment(now, now)).toBe('14:05:09')
  expect(moment(new Date(2026, 2, 1, 8, 30).getTime(), now)).toBe('1 Mar, 08:30')
  expect(moment(new Date(2027, 11, 24, 8, 30).getTime(), now)).toBe('24 Dec 2027, 08:30')
})

test('only hashes and addresses become links, and only to an explorer with https', () => {
  const hash = `0x${'ab'.repeat(32)}`
  const address = `0x${'ab'.repeat(20)}`
  expect(transactionLink('https://scan.example', hash)).toBe(`https://scan.example/tx/${hash}`)
  expect(addressLink('https://scan.example/og', address)).toBe(`https://scan.example/og/address/${address}`)
  expect(transactionLink(null, hash)).toBeNull()
  expect(transactionLink('https://scan.example', null)).toBeNull()
  expect(transactionLink('https://scan.example', `${hash}/../x`)).toBeNull()
  expect(addressLink('https://scan.example', 'javascript:alert(1)')).toBeNull()
  for (const explorer of ['http://scan.example', 'javascript:alert(1)//', 'https://scan.example/?q=', '//scan.example'])
    expect(transactionLink(explorer, hash)).toBeNull()
})

test('a line goes through all its points, with rounded corners, up to its arrow head', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 0, y: 50 },
    { x: 80, y: 50 },
  ]
  expect(roundedPath(points)).toBe('M0 0L0 43Q0 50 7 50L74 50')
  expect(arrowHead(points)).toBe('M80 50L73 46.6L73 53.4Z')
  expect([roundedPath([]), arrowHead([])]).toEqual(['', ''])
})

test('a line in steps holds each value until the next, and draws many values in one pixel as a stroke', () => {
  expect(stepPath([], 90)).toBe('')
  expect(
    stepPath(
      [
        { x: 0, y: 10 },
        { x: 20, y: 4 },
        { x: 40, y: 8 },
      ],
      90,
    ),
  ).toBe('M0 10H20V4H40V8H90')
  expect(
    stepPath(
      [
        { x: 0, y: 10 },
        { x: 20, y: 4 },
        { x: 20.1, y: 9 },
        { x: 20.2, y: 6 },
      ],
      90,
    ),
  ).toBe('M0 10H20V4V9V6H90')
})

test('ticks stand at round numbers and at round times', () => {
  expect(roundTicks(2.16, 3)).toEqual([0, 1, 2])
  expect(roundTicks(0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
  expect(roundTicks(0, 3)).toEqual([0])
  const from = new Date(2026, 2, 3, 14, 0, 7).getTime()
  expect(timeTicks(from, from + 40 * 60_000, 5).map(({ text }) => text)).toEqual(['14:10', '14:20', '14:30', '14:40'])
  expect(timeTicks(from, from + 20_000, 5).map(({ text }) => text)).toEqual([
    '14:00:10',
    '14:00:15',
    '14:00:20',
    '14:00:25',
  ])
})

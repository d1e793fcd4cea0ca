import { expect, test } from 'vitest'
import { table, type Column } from '../../../../src/cli/screen/table.ts'

type Row = { name: string; size: string; why: string }

const columns: readonly Column<Row>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'size', right: true, yields: 1, cell: ({ size }) => size },
  { title: 'why', yields: 2, cell: ({ why }) => why, below: ({ why }) => (why === 'none' ? null : `because ${why}`) },
]
const rows: readonly Row[] = [
  { name: 'one', size: '12.5', why: 'of the rain, and of the long and windy way' },
  { name: 'three', size: '-', why: 'none' },
]

test('everything has its column where there is room', () => {
  expect(table(columns, rows)).toEqual([
    'NAME   SIZE  WHY',
    'one    12.5  of the rain, and of the long and windy way',
    'three     -  none',
  ])
})

test('the column that yields first goes below its rows, and is wrapped there', () => {
  expect(table(columns, rows, 24)).toEqual([
    'NAME   SIZE',
    'one    12.5',
    '  because of the rain,',
    '  and of the long and',
    '  windy way',
    'three     -',
  ])
})

test('with less room the next one follows, with its title, and cells without a figure say nothing', () => {
  expect(table(columns, rows, 10)).toEqual([
    'NAME',
    'one',
    '  size',
    '  12.5',
    '  because',
    '  of the',
    '  rain,',
    '  and of',
    '  the long',
    '  and',
    '  windy',
    '  way',
    'three',
  ])
})

test('a table that cannot get narrower overflows', () => {
  expect(table(columns.slice(0, 1), rows, 2)).toEqual(['NAME', 'one', 'three'])
})

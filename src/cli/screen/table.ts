import { stripVTControlCharacters } from 'node:util'
import { paint } from './terminal.ts'

const ESCAPE = '\u001B['

export type Column<Row> = {
  title: string
  right?: boolean
  /** The least width, so that a table that is drawn again does not jump. */
  width?: number
  cell: (row: Row) => string
}

/** Rows in aligned columns under their titles, one string per line. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)))
  const widths = columns.map(({ title, width = 0 }, index) =>
    Math.max(title.length, width, ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const line = (texts: readonly string[]) =>
    texts.map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right ?? false)).join('  ')
  const titles = columns.map(({ title }) => paint('dim', title.toUpperCase()))
  return [titles, ...cells].map((texts) => line(texts).trimEnd())
}

export type Layout<Row> = {
  columns: readonly Column<Row>[]
  /** Lines below a row, for what has no column. */
  under?: (row: Row) => readonly string[]
}

/** The first of these tables that fits into the width, or else the last one. */
export function fitting<Row>(layouts: readonly Layout<Row>[], rows: readonly Row[], width: number): string[] {
  const tables = layouts.map(({ columns, under }) => ({ lines: table(columns, rows), under }))
  const fits = ({ lines }: { lines: readonly string[] }) => lines.every((line) => widthOf(line) <= width)
  const { lines: [titles = '', ...lines] = [], under } = tables.find(fits) ?? tables.at(-1) ?? {}
  const below = (row: Row | undefined) => (row !== undefined && under ? under(row).map((text) => `  ${text}`) : [])
  return [titles, ...lines.flatMap((line, index) => [line, ...below(rows[index])])]
}

/** Names and their texts, one pair per line; a long text wraps in its own column. */
export function list(pairs: readonly (readonly [string, string])[], width = Infinity): string[] {
  const names = Math.max(...pairs.map(([name]) => name.length))
  return pairs.flatMap(([name, text]) =>
    wrap(text, width - names - 2).map(
      (line, index) => `${paint('dim', (index === 0 ? name : '').padEnd(names))}  ${line}`,
    ),
  )
}

/** Breaks after commas where there are any, else at blanks. A word that is too long for a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(text.includes(', ') ? /(?<=,) / : ' ')) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? blanks + text : text + blanks
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** Cuts a line to a width, and marks the cut with `…`. Colours count as nothing. */
export function cutTo(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  let room = width - 1
  const parts = line.split(ESCAPE).map((part, index) => {
    const end = index === 0 ? 0 : part.indexOf('m') + 1
    const text = part.slice(end, end + Math.max(0, room))
    room -= part.length - end
    return part.slice(0, end) + text
  })
  return `${parts.join(ESCAPE)}…`
}

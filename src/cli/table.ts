import { stripVTControlCharacters } from 'node:util'
import { paint } from './terminal.ts'

const ESCAPE = '\u001B['

export type Column<Row> = {
  title: string
  right?: boolean
  /** The least width: what is drawn again and again must not jump. */
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

/** Names and what they stand for, one pair per line. */
export function list(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, text]) => `${paint('dim', name.padEnd(width))}  ${text}`)
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? blanks + text : text + blanks
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** A line that is no wider than that; what had to go is marked. Colours take no room. */
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

import { paint } from './terminal.ts'
import { pad, widthOf, wrap } from './text-width.ts'

const GAP = '  '
/** The text of a cell that has nothing to say. */
const NONE = '-'

export type Column<Row> = {
  title: string
  right?: boolean
  /** The least width, so that a table that is drawn again does not jump. */
  width?: number
  cell: (row: Row) => string
  /** In little room the column leaves the line, the highest number first, and stands below each row: its title and its cell. */
  yields?: number
  /** What stands there instead, on lines of its own; null where a row needs none. */
  below?: (row: Row, width: number) => string | null
}

/** Rows in aligned columns under their titles, one string per line. In a width, columns that yield go below their rows. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width = Infinity): string[] {
  const most = Math.max(0, ...columns.map(({ yields = 0 }) => yields))
  const layouts = Array.from({ length: most + 1 }, (_, count) => ({
    shown: columns.filter(({ yields = 0 }) => yields <= most - count),
    yielded: columns.filter(({ yields = 0 }) => yields > most - count),
  }))
  const fits = ({ shown }: { shown: readonly Column<Row>[] }) =>
    aligned(shown, rows).every((line) => widthOf(line) <= width)
  const { shown = columns, yielded = [] } = layouts.find(fits) ?? layouts.at(-1) ?? {}
  const [titles = '', ...lines] = aligned(shown, rows)
  const below = rows.map((row) => linesBelow(yielded, row, width - GAP.length).map((line) => `${GAP}${line}`))
  return [titles, ...lines.flatMap((line, index) => [line, ...(below[index] ?? [])])]
}

function aligned<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)))
  const widths = columns.map(({ title, width = 0 }, index) =>
    Math.max(title.length, width, ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const line = (texts: readonly string[]) =>
    texts.map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right ?? false)).join(GAP)
  const titles = columns.map(({ title }) => paint('dim', title.toUpperCase()))
  return [titles, ...cells].map((texts) => line(texts).trimEnd())
}

/** Titles and cells one after the other, without those that say nothing; then what has lines of its own. */
function linesBelow<Row>(columns: readonly Column<Row>[], row: Row, width: number): string[] {
  const cells = columns.filter(({ below }) => !below).map(({ title, cell }) => [title, cell(row)] as const)
  const short = cells.filter(([, text]) => text !== NONE).map(([title, text]) => `${title} ${text}`)
  const own = columns.flatMap(({ below }) => below?.(row, width) ?? []).filter((text) => text !== NONE)
  return [...(short.length === 0 ? [] : [short.join(', ')]), ...own].flatMap((text) => wrap(text, width))
}

/** Names and their texts, one pair per line; a long text wraps in its own column. */
export function list(pairs: readonly (readonly [string, string])[], width = Infinity): string[] {
  const names = Math.max(...pairs.map(([name]) => name.length))
  return pairs.flatMap(([name, text]) =>
    wrap(text, width - names - GAP.length).map(
      (line, index) => `${paint('dim', (index === 0 ? name : '').padEnd(names))}${GAP}${line}`,
    ),
  )
}

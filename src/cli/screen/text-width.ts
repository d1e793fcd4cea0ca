import { stripVTControlCharacters } from 'node:util'

const ESCAPE = '\u001B['

/** The columns that a text takes on a terminal: colours count as nothing. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** A text with blanks up to a width. */
export function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? blanks + text : text + blanks
}

/** Breaks after commas, and at blanks where a part between commas is too long. A word that is longer stays whole. */
export function wrap(text: string, width: number): string[] {
  const parts = text.split(/(?<=,) /).flatMap((part) => (widthOf(part) <= width ? [part] : part.split(' ')))
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && widthOf(`${last} ${part}`) <= width) lines[lines.length - 1] = `${last} ${part}`
    else lines.push(part)
  }
  return lines
}

/** Cuts a line to a width, and marks the cut with `…`. */
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

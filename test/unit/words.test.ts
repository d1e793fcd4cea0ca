import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { allPages } from '../support/markdown.ts'

/** A sentence names its actor: broker, lane, node, caller, provider, wallet. */
const RIDDLES = /\b(nobody|somebody|whoever|whomever|anybody|everybody|no one)\b/gi

/** The end of a line and what opens the next one: its indent, and the mark of a comment, a quotation or a list. */
const LINE_BREAK = /\s*\n[ \t]*(?:(?:\/\/+|\*(?!\/)|>|#+)[ \t]*)?/g

/** The line of each riddle in a text, one that stands on two lines included. */
function linesOfRiddles(text: string): number[] {
  const starts: { at: number; line: number }[] = [{ at: 0, line: 1 }]
  let [joined, taken, line] = ['', 0, 1]
  for (const { 0: gap, index } of text.matchAll(LINE_BREAK)) {
    joined += `${text.slice(taken, index)} `
    taken = index + gap.length
    line += gap.split('\n').length - 1
    starts.push({ at: joined.length, line })
  }
  joined += text.slice(taken)
  return [...joined.matchAll(RIDDLES)].map(({ index }) => starts.findLast(({ at }) => at <= index)!.line)
}

const root = resolve(import.meta.dirname, '../..')
const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)

test('sentences of source and documentation name their actor', () => {
  const files = [
    ...['src', 'machines'].flatMap((folder) => filesIn(folder, /\.tsx?$/)),
    ...allPages().map(({ path }) => path),
  ]
  const found = files.flatMap((file) =>
    linesOfRiddles(readFileSync(resolve(root, file), 'utf8')).map((line) => `${file}:${line}`),
  )
  expect(found).toEqual([])
  expect(files.length).toBeGreaterThan(400)
})

test('finds a riddle that stands on two lines, in prose and in a comment', () => {
  expect(linesOfRiddles('First.\nThere is no\none here.')).toEqual([2])
  expect(linesOfRiddles('/**\n *\n * There is no\n * one here.\n */')).toEqual([3])
  expect(linesOfRiddles('  // asked by no\n  // one, and nobody\n')).toEqual([1, 2])
  expect(linesOfRiddles('> no\n> one')).toEqual([1])
  expect(linesOfRiddles('of no\n\n * use; one\n * more')).toEqual([])
})

import { expect, test } from 'vitest'
import { checkArguments } from '../../../../src/cli/arguments/check-arguments.ts'
import { commandLineOf } from '../../../../src/cli/arguments/command-line.ts'
import { commands } from '../../../../src/cli/command-table.ts'
import { bashCompletion } from '../../../../src/cli/manual/bash.ts'
import { CHOICES, commandWords } from '../../../../src/cli/manual/command-words.ts'
import { manPage } from '../../../../src/cli/manual/man-page.ts'

/** The arguments of og-ledger in a line of a shell. */
function argumentsIn(line: string): string[] {
  const [, text = ''] = /og-ledger ([^)|"]*)/.exec(line) ?? []
  return text.trim().split(/\s+/)
}

test.for(Object.entries(commands))('every example of %s is a command line that it takes', async ([name, entry]) => {
  const { args } = await entry.load()
  expect(entry.examples.length).toBeGreaterThan(0)
  for (const [line, words] of entry.examples) {
    const found = commandLineOf(argumentsIn(line))
    expect(found.name).toBe(name)
    checkArguments(found.rest, args, entry)
    expect(words).not.toMatch(/[.:]$/)
  }
})

test('a value that is one of a few belongs to an argument or an option of a command', async () => {
  const words = await commandWords()
  const known = new Set(words.flatMap((one) => [...one.arguments, ...one.options].map(({ name }) => name)))
  expect(Object.keys(CHOICES).filter((name) => !known.has(name))).toEqual([])
})

test('no text of the manual is a request of roff, and none ends a completion early', async () => {
  const odd = {
    name: 'odd',
    summary: `.so /etc/passwd`,
    examples: [[`'tis \\fB`, '.sh rm']] as const,
    arguments: [],
    isVariadic: false,
    options: [{ name: 'x', description: `'quoted' \\n`, value: null, choices: [], isFile: false }],
  }
  const page = manPage([odd], '1')
  expect(page.split('\n').filter((line) => /^(?:\.so|\.sh|'tis|'quoted)/.test(line))).toEqual([])
  expect(page).toContain(String.raw`\&'tis \efB`)
  expect(bashCompletion(await commandWords())).not.toContain('undefined')
})

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import { until } from '../../support/until.ts'
import { keysIn, type Environment } from './cli-process.ts'

const MAIN = join(import.meta.dirname, '../../../dist/src/cli/main.js')

/** The program on a terminal. */
export type Terminal = {
  /** Its output so far, without colours and cursor movements. */
  text(): string
  /** Resolves once the output contains the text. */
  shows(text: string): Promise<void>
  type(keys: string): void
  /** Ends the program at any time. */
  hangUp(): void
  /** Its exit code. */
  ended: Promise<number | null>
}

export type Size = { columns: number; rows: number }

/**
 * Starts the built program on a real pseudo-terminal, which util-linux's script(1) opens. Fails when its output contains the
 * key that it was given.
 */
export function openTerminal(
  args: readonly string[],
  env: Environment = {},
  { columns, rows }: Size = { columns: 160, rows: 40 },
): Terminal {
  requireScript()
  const { PATH = '', XDG_STATE_HOME = '' } = process.env
  const program = [process.execPath, MAIN, ...args].map(quote).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${columns} rows ${rows}; exec ${program}`, '/dev/null'], {
    env: { PATH, XDG_STATE_HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written += text))
  // Keys that are typed after its end are lost.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    for (const key of keysIn(env)) expect(written).not.toContain(key)
    return code as number | null
  })
  const text = () => stripVTControlCharacters(written).replaceAll('\r', '')
  return {
    text,
    shows: (wanted) =>
      until(() => text().includes(wanted)).catch(() => expect.fail(`It never showed ${wanted}:\n${text()}`)),
    type: (keys) => void child.stdin.write(keys),
    hangUp: () => void child.kill('SIGTERM'),
    ended,
  }
}

function requireScript(): void {
  const { error, status } = spawnSync('script', ['--version'])
  if (error ?? status !== 0)
    throw new Error(
      'These tests need script(1) for a pseudo-terminal: install util-linux (Debian has it in every image).',
    )
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

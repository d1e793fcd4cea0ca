import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../../src/cli/command-table.ts'
import { run } from './cli-process.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'og-ledger-completion-'))
  writeFileSync(join(folder, 'my config.json'), '{}')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0

/** What a shell offers for a line that ends where the cursor is. */
const asks: Readonly<Record<string, (script: string, line: string) => string>> = {
  bash: (script, line) => `source ${script}
COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _og_ledger; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (script, line) => `source ${script}; complete -C '${line}' | string replace -r '\\t.*' ''`,
}

/** Shells that are not installed are left out. */
describe.each(['bash', 'fish'].filter(isInstalled))('in %s', (shell) => {
  async function offered(line: string): Promise<string[]> {
    const script = join(folder, `completion.${shell}`)
    const { code, stdout } = await run(['completion', shell])
    expect(code).toBe(0)
    writeFileSync(script, stdout)
    const { stdout: text, stderr } = spawnSync(shell, ['-c', asks[shell]?.(script, line) ?? ''], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    return text.trim().split('\n').toSorted()
  }

  test('every command is offered', async () => {
    const words = await offered('og-ledger ')
    expect(Object.keys(commands).filter((name) => !words.includes(name))).toEqual([])
  })

  test('the beginning of a command is completed', async () => {
    expect(await offered('og-ledger trans')).toEqual(['transactions', 'transfer'])
  })

  test('the options of a command are offered, and the values of one that takes a few', async () => {
    expect(await offered('og-ledger auto-fund --deposit-t')).toEqual(['--deposit-target', '--deposit-trigger'])
    expect(await offered('og-ledger status --network ')).toEqual(['mainnet', 'testnet', 'testnetDev'])
    expect(await offered('og-ledger retrieve in')).toEqual(['inference'])
  })

  test('a file is completed, also one with a blank in its name', async () => {
    const [file = ''] = await offered('og-ledger auto-fund --config my')
    expect(file.replaceAll('\\', '')).toBe('my config.json')
  })
})

test.skipIf(!isInstalled('zsh'))('zsh loads its completion without an error', async () => {
  const { stdout } = await run(['completion', 'zsh'])
  const script = join(folder, 'completion.zsh')
  writeFileSync(script, stdout)
  const words = `autoload -Uz compinit && compinit -u -d ${join(folder, 'dump')} && source ${script} && print $_comps[og-ledger]`
  const { stdout: text, stderr } = spawnSync('zsh', ['-f', '-c', words], { encoding: 'utf8' })
  expect({ text, stderr }).toEqual({ text: '_og_ledger\n', stderr: '' })
})

test('another word than a shell is refused', async () => {
  const { code, stderr } = await run(['completion', 'powershell'])
  expect(code).toBe(2)
  expect(stderr).toContain('SHELL is one of bash, zsh, fish; this is "powershell".')
})

/** That of man-db, which shows a file and warns. */
const hasMan = spawnSync('man', ['--version'], { encoding: 'utf8' }).stdout?.startsWith('man ') ?? false

test.runIf(hasMan)('the manual has every command with its options, and man shows it without a warning', async () => {
  const page = join(import.meta.dirname, '../../../dist/og-ledger.1')
  const shown = spawnSync('man', ['--warnings', '-l', page], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '200' },
  })
  expect(shown.stderr).toBe('')
  for (const [name, { load }] of Object.entries(commands)) {
    expect(shown.stdout).toContain(name)
    for (const [option, { type }] of Object.entries((await load()).args))
      if (type !== 'positional') expect(shown.stdout).toContain(`--${option}`)
  }
})

import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { run, start } from '../cli/cli-process.ts'

const root = resolve(import.meta.dirname, '../../..')
const RIGHT = 'Every drain was followed by exactly one top-up, and every wei is where it should be.\n'

test.concurrent('the simulated demo needs no chain, and every wei is right', async ({ expect }) => {
  const { code, stdout, stderr } = await run(['demo', '--simulated', '--speed', '50', '--for', '4'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('simulated in memory: a block every second, and time passes up to 50 times as fast.\n')
  expect(stdout).toMatch(/^ +\d+\.\d s {2}block \d+ +[a-z]+-\w+ +charged 0\.\d+ OG$/m)
  expect(stdout).toMatch(
    /^ +\d+\.\d s {2}block \d+ +fine-tuning 0x\w{4}…\w{4} +topped up by 3 OG: 3 OG available, 2 OG required, /m,
  )
  expect(stdout).toMatch(
    /^paid twice {4}0 times\noverpaid {6}0 wei\nspeed +time passed [\d.]+ times as fast as the clock\n/m,
  )
  expect(stdout.endsWith(RIGHT)).toBe(true)
})

test.concurrent('the simulated demo prints JSON, too', async ({ expect }) => {
  const { code, stderr, json } = await run([
    'demo',
    '--simulated',
    '--speed',
    '20',
    '--for',
    '2',
    '--providers',
    '2',
    '--json',
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = json() as { type: string }[]
  expect(lines.at(-1)).toMatchObject({
    v: 1,
    type: 'summary',
    opened: 2,
    doublePayments: 0,
    overpaid: '0',
    unanswered: 0,
    faults: [],
  })
  expect(new Set(lines.slice(0, -1).map(({ type }) => type))).toEqual(new Set(['position']))
})

test.concurrent('Ctrl-C ends the simulated demo with its summary', async ({ expect }) => {
  const demo = start(['demo', '--simulated', '--speed', '1000'])
  await demo.line((line) => line.includes('topped up'))
  demo.interrupt()
  const { code, stdout } = await demo.ended
  expect(code).toBe(0)
  expect(stdout.endsWith(RIGHT)).toBe(true)
})

test.concurrent('a speed without a simulation or beyond the maximum is refused', async ({ expect }) => {
  expect(await run(['demo', '--speed', '5'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--speed needs --simulated: a real chain has its own time.') as string,
  })
  expect(await run(['demo', '--simulated', '--speed', '1001'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--speed is a whole number from 1 to 1000; this is "1001".') as string,
  })
})

test('an installed package without the development packages simulates, and says so', async () => {
  const app = installed()
  const main = join(app, 'node_modules/og-ledger/dist/src/cli/main.js')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, 'demo', '--for', '2'], { cwd: app })
  expect(stderr).toBe('The packages that start a chain are not installed: the contracts are simulated.\n')
  expect(stdout).toContain('The contracts of 0G Compute are simulated in memory: a block every second.\n')
  expect(stdout.endsWith(RIGHT)).toBe(true)
})

/** A folder with og-ledger as npm packs it, without the packages that start a chain. */
function installed(): string {
  const app = mkdtempSync(join(tmpdir(), 'og-ledger-installed-'))
  const modules = join(app, 'node_modules')
  mkdirSync(join(modules, 'og-ledger'), { recursive: true })
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', app]
  const file = execFileSync('npm', pack, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  execFileSync('tar', ['-xzf', join(app, file), '--strip-components=1', '-C', join(modules, 'og-ledger')])
  const left = new Set(['og-ledger', '@foundry-rs', '@0gfoundation', '@openzeppelin'])
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!left.has(name)) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  return app
}

import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allPages, blocksOf, root } from '../support/markdown.ts'

/** What examples take for granted: a page explains one thing at a time. */
const TAKEN_FOR_GRANTED = `
import type { Eip1193Provider, Provider, Signer } from 'ethers'
import type { Broker } from 'og-ledger'
import type { Simulation } from 'og-ledger/testing'
declare global {
  const broker: Broker
  const sim: Simulation
  const signer: Signer
  const browserSigner: Signer
  const ethereum: Eip1193Provider
  const node: Provider
  const key: string
  const wallet: string
  const provider: string
  const PROVIDER: string
  const token: string
  function ask(question: string): Promise<boolean>
  function show(...values: unknown[]): void
}
`

test('every program in the documentation compiles as it stands', () => {
  const folder = join(root, 'test-output', 'docs')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const programs = allPages().flatMap((page) =>
    blocksOf(page, 'ts').map((code, index): [string, string] => [
      `${page.path.replaceAll(/\W/g, '-')}-${index + 1}.ts`,
      `${code}\nexport {}\n`,
    ]),
  )
  expect(programs.length).toBeGreaterThan(15)
  for (const [name, code] of programs) writeFileSync(join(folder, name), code)
  writeFileSync(join(folder, 'taken-for-granted.d.ts'), TAKEN_FOR_GRANTED)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.test.json', include: ['*.ts'], exclude: [] }),
  )
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

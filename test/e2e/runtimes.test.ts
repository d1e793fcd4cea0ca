import { join } from 'node:path'
import process from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { openPackedApp } from './bundlers/packed-app.ts'

const folder = join(import.meta.dirname, 'runtimes')
// Bun and Deno unpack their binaries in a script of their packages.
const app = await openPackedApp({ project: join(folder, 'project'), tools: join(folder, 'tools'), runsScripts: true })

describe.runIf(app !== null)("the page's fetch handler, from the package as npm packs it", () => {
  afterAll(() => app?.remove())

  const tool = (name: string) => app?.tool(`.bin/${name}`) ?? ''

  test.for([
    ['Hono on Node', process.execPath, []],
    ['Bun', tool('bun'), []],
    ['Deno', tool('deno'), ['run', '--allow-all', '--node-modules-dir=manual']],
  ] as const)(
    '%s serves the page, its events and its control',
    { timeout: 120_000 },
    async ([name, program, options]) => {
      const printed = await app?.run(program, [...options, 'server.mjs', name])
      expect(JSON.parse(printed ?? '')).toEqual({
        isOfWallet: true,
        answers: { '/ledger': 200, '/ledger/': 200, '/ledger/metrics': 200, '/ledger/livez': 200, '/nowhere': 404 },
        events: ['text/event-stream', true],
        control: [400, { error: 'The body is no control request.' }],
      })
    },
  )
})

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** Prints what the page's addresses answer. */
const SERVER = `
import { createSimulatedBroker } from './dist/src/testing/index.js'
import { createVisualizer } from './dist/src/visualizer/index.js'

async function main() {
  const { broker, close } = await createSimulatedBroker()
  const page = await createVisualizer(broker, { port: null, basePath: '/ledger' })
  const answerOf = async (path) => {
    const answer = await page.fetch(new Request('http://localhost' + path, { headers: { host: 'localhost' } }))
    return [answer.status, (await answer.text()).length > 500]
  }
  const answers = {}
  for (const path of ['/ledger', '/ledger/', '/ledger/page.js', '/ledger/page.css', '/ledger/api/hello'])
    answers[path] = await answerOf(path)
  await page.close()
  await close()
  process.stdout.write(JSON.stringify(answers))
}
void main()
`

test('a server that a bundler puts into one file serves the page from anywhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'og-ledger-bundled-'))
  try {
    const outfile = join(folder, 'server.cjs')
    await build({
      stdin: { contents: SERVER, resolveDir: root },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      logLevel: 'error',
    })
    const { stdout } = await run(process.execPath, [outfile], { cwd: folder })
    const whole = [200, true]
    expect(JSON.parse(stdout)).toEqual({
      '/ledger': whole,
      '/ledger/': whole,
      '/ledger/page.js': whole,
      '/ledger/page.css': whole,
      '/ledger/api/hello': whole,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

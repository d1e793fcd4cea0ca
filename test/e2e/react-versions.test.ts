import { join } from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { openPackedApp } from './bundlers/packed-app.ts'

const folder = join(import.meta.dirname, 'react-versions')

test.for(['18', '19'])(
  'with React %s a component renders again only where what it shows has changed, and a double click pays once',
  { timeout: 300_000 },
  async (major) => {
    const app = await openPackedApp({ project: join(folder, 'project'), tools: join(folder, `react-${major}`) })
    if (app === null) return
    const printed = JSON.parse(await app.run(process.execPath, ['renders.mjs'])) as unknown
    app.remove()
    expect(printed).toEqual({
      major,
      opening: { ledger: 2, account: 2, available: 2, shortfall: 2, position: true },
      // Each of the readings is of a new block, which only the whole position shows.
      quiet: { ledger: 0, account: 0, available: 0, shortfall: 0, position: true },
      charged: { ledger: 1, account: 1, available: 1, shortfall: 0, position: true },
      deposit: { status: 'success', paid: 1 },
    })
  },
)

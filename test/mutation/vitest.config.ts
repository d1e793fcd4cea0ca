import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The quick tests that say much: the laws of the pure parts, and histories on the simulation. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: [
      'test/unit/{policy,levels,lane,auto-funding.machine}.test.ts',
      'test/model/{edges,sub-account.law,ledger.law,simulated-broker,simulated.law}.test.ts',
    ],
    testTimeout: 60_000,
    env: { LAW_RUNS: '30', XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'og-ledger-state-')) },
  },
})

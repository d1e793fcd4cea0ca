import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The quick tests that say much: pure parts and their laws, and brokers on the simulation for the lane. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: [
      'test/unit/{policy,policy.shortage,levels,sub-account.facts,auto-funding.machine}.test.ts',
      'test/unit/{lane*,entries,intention,journal-*,turns,spending}.test.ts',
      'test/unit/{refunds,retrieving,closing-steps,closing-plan}.test.ts',
      'test/model/{edges,sub-account.law,ledger.law,simulated-broker}.test.ts',
    ],
    testTimeout: 60_000,
    env: { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'og-ledger-state-')) },
  },
})

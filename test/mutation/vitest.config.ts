import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The quick tests that say much: pure parts and their laws, and brokers on the simulation for the lane. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: [
      'test/unit/machines/*.test.ts',
      'test/unit/transactions/*.test.ts',
      'test/unit/{funding,refunds,closing}/*.test.ts',
      'test/model/machines/*.test.ts',
      'test/model/testing/simulated-broker.test.ts',
    ],
    testTimeout: 60_000,
    env: { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'og-ledger-state-')) },
  },
})

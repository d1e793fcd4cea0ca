import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Examples import the package by its name, as an app does.
  resolve: {
    alias: [
      { find: /^og-ledger$/, replacement: join(import.meta.dirname, 'src/index.ts') },
      { find: /^og-ledger\/machines$/, replacement: join(import.meta.dirname, 'machines/index.ts') },
      { find: /^og-ledger\/testing$/, replacement: join(import.meta.dirname, 'src/testing/index.ts') },
      { find: /^og-ledger\/testing\/vitest$/, replacement: join(import.meta.dirname, 'src/testing/vitest.ts') },
      { find: /^og-ledger\/visualizer$/, replacement: join(import.meta.dirname, 'src/visualizer/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'machines/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Journals of tests, and of the programs that tests start, stay out of the user's own state.
    env: { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'og-ledger-state-')) },
  },
})

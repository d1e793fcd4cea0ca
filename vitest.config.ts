import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Examples import the package by its name, as an app does.
  resolve: {
    alias: [
      { find: 'og-ledger/visualizer', replacement: join(import.meta.dirname, 'src/visualizer/index.ts') },
      { find: /^og-ledger$/, replacement: join(import.meta.dirname, 'src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'machines/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Journals of tests, and of the programs that tests start, stay out of the user's own state.
    env: { XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'og-ledger-state-')) },
  },
})

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './longest-first.ts'

const root = join(import.meta.dirname, '../..')

/** What every run of vitest shares, whichever tests it includes. */
export const settings = defineConfig({
  root,
  // Examples import the package by its name, as an app does.
  resolve: {
    alias: [
      { find: '#journals', replacement: join(root, 'src/transactions/journals.node.ts') },
      { find: '#resolve-host', replacement: join(root, 'src/provider/resolve-host.node.ts') },
      { find: /^og-ledger$/, replacement: join(root, 'src/index.ts') },
      { find: /^og-ledger\/machines$/, replacement: join(root, 'machines/index.ts') },
      { find: /^og-ledger\/testing$/, replacement: join(root, 'src/testing/index.ts') },
      { find: /^og-ledger\/testing\/vitest$/, replacement: join(root, 'src/testing/vitest.ts') },
      { find: /^og-ledger\/fleet$/, replacement: join(root, 'src/fleet/index.ts') },
      { find: /^og-ledger\/postgres$/, replacement: join(root, 'src/postgres/index.ts') },
      { find: /^og-ledger\/react$/, replacement: join(root, 'src/react/index.ts') },
      { find: /^og-ledger\/viem$/, replacement: join(root, 'src/viem/index.ts') },
      { find: /^og-ledger\/visualizer$/, replacement: join(root, 'src/visualizer/index.ts') },
    ],
  },
  test: {
    setupFiles: ['test/support/state-directory.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
    // A contract test waits for its chain about half of the time: vitest's default leaves one core out.
    maxWorkers: '100%',
    // A worker loads ethers, the contracts' bytecode and the deployed state once, not once per file.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
})

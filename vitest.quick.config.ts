import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { defineConfig, mergeConfig } from 'vitest/config'
import { settings } from './test/support/vitest.settings.ts'

/** What og-ledger promises, and the tests that prove it on the contracts' real bytecode. */
const PROMISES = {
  'a deficit is paid exactly once': 'test/contract/funding/top-up.test.ts',
  'a process that is killed after the broadcast pays nothing twice': 'test/chaos/crash.test.ts',
  'auto-funding does not undo a refund that the user asked for': 'test/contract/funding/top-up.test.ts',
  'a claim puts back what was free working': 'test/contract/refunds/claim.test.ts',
  'closing brings the ledger home to the wei': 'test/contract/closing/closing.test.ts',
  'a failed read sends nothing': 'test/contract/chain/reading.test.ts',
  'an error names what an older deployment lacks': 'test/contract/chain/older.test.ts',
  'a transaction that a browser wallet left unresolved holds its sub-account':
    'test/contract/transactions/browser-wallet.test.ts',
  'limits and budgets hold across a restart': 'test/contract/funding/limits.test.ts',
}

for (const [promise, file] of Object.entries(PROMISES))
  if (!existsSync(join(import.meta.dirname, file))) throw new Error(`${file} is missing, the proof that ${promise}.`)

const wholly = ['test/unit/**/*.test.ts', 'machines/**/*.test.ts', 'examples/**/*.test.ts']

/** What `npm test` runs exactly as `npm run test:all` does: the laws and the chaos tests have fewer runs here. */
export const runWholly = [
  ...wholly,
  'test/model/**/!(*.law).test.ts',
  ...Object.values(PROMISES).filter((file) => file.startsWith('test/contract/')),
]

/** `npm test`: unit tests, models in small samples, examples and one contract test for each promise. */
export default mergeConfig(
  settings,
  defineConfig({
    test: {
      include: [...wholly, 'test/model/**/*.test.ts', ...Object.values(PROMISES)],
      env: {
        LAW_RUNS: process.env['LAW_RUNS'] ?? '20',
        MONTH_RUNS: process.env['LAW_RUNS'] ?? '2',
        CHAOS_RUNS: process.env['CHAOS_RUNS'] ?? '4',
      },
    },
  }),
)

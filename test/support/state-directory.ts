import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll } from 'vitest'

/**
 * Journals of a test file, and of the programs that it starts, lie in a directory of its own: neither in the user's state
 * directory, nor where another file's broker with the same wallet holds the lock.
 */
let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'og-ledger-state-'))
  process.env['XDG_STATE_HOME'] = directory
})
afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))

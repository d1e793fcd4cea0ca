import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adviceInCommands, messageInCommands } from '../../../src/cli/advice.ts'
import { contractError } from '../../../src/base/contract-errors.ts'

const SRC = join(import.meta.dirname, '../../../src')
/** The folders whose errors reach the command line. */
const FOLDERS = ['base', 'chain', 'closing', 'funding', 'managers', 'provider', 'refunds', 'transactions']
/** Advice about what programs and pages pass: the command line passes it right. */
const OF_PROGRAMS =
  /createBroker|new Wallet|JsonRpcProvider|getSigner|openFileJournal|payerBalance|reclaimIdle|autoClaim|inferenceService|useBroker|broker\.plan/

test('no advice that reaches the command line names a function or an option of the library', () => {
  const advice = FOLDERS.flatMap((folder) => adviceIn(join(SRC, folder)))
  expect(advice.length).toBeGreaterThan(60)
  const said = advice.map(adviceInCommands).filter((text) => !OF_PROGRAMS.test(text))
  expect(said.filter((text) => /(?<!--\w*|`)\b[a-z]+[A-Z]\w*/.test(text))).toEqual([])
})

test('the advice of a message is in commands, and its facts stay as they are', () => {
  const error = contractError({ operation: 'transferFund', errorName: 'LedgerNotExists' })
  expect(messageInCommands(error)).toBe(
    'This wallet has no ledger.\n\noperation: transferFund\nerror:     LedgerNotExists\n' +
      'do:        open one with og-ledger add-ledger or og-ledger deposit',
  )
  expect(messageInCommands(new Error('call addLedger'))).toBe('call addLedger')
})

/** The texts after `do:`, `advice` and `instead` in the sources of a folder. */
function adviceIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .flatMap((source) => source.match(/\b(?:do|advice|instead)\b[^\n]*?(?:\n\s+)?(['"`])(?:(?!\1)[^\n])+\1/g) ?? [])
    .map((match) =>
      match
        .replace(/^[^'"`]*/, '')
        .slice(1, -1)
        .replace(/\$\{[^}]*\}/g, 'x'),
    )
}

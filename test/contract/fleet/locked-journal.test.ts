import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { until } from '../../support/until.ts'

const LOCK = pathToFileURL(join(import.meta.dirname, '../../../dist/src/transactions/journal-lock.js')).href

/** Another process that has the journal until it is killed. */
async function lockedBy(file: string) {
  const code = `const { lockJournal } = await import(process.argv[1])
    await lockJournal(process.argv[2])
    console.log('locked')
    setInterval(() => undefined, 60_000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code, LOCK, file])
  await once(holder.stdout, 'data')
  return holder
}

test('a wallet whose journal another process has is opened soon after that process is lost', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'og-ledger-locked-'))
  const file = join(folder, 'wallet.journal')
  const holder = await lockedBy(file)
  try {
    await using world = fleetWorld({ wallets: 1 })
    const fleet = await world.open({
      policyFor: () => fundedPolicy(world.provider),
      journalFor: () => fileJournal(file),
    })
    const [before] = fleet.wallets()
    expect(before).toMatchObject({ state: 'failed', retry: { kind: 'locked', at: world.now() + 2_000, failures: 1 } })
    expect(before?.error).toMatchObject({ name: 'LockedError', facts: { process: `pid ${holder.pid}` } })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await world.advance(2)
    await until(() => fleet.wallets()[0]?.state === 'open')
    expect(fleet.wallets()).toEqual([
      { wallet: world.wallets[0], state: 'open', reason: null, error: null, lease: null },
    ])
  } finally {
    holder.kill('SIGKILL')
    await rm(folder, { recursive: true })
  }
})

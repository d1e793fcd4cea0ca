import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { lockJournal } from '../../../src/transactions/journal-lock.ts'

const MODULE = pathToFileURL(join(import.meta.dirname, '../../../dist/src/transactions/journal-lock.js')).href
const CONTENDER = join(import.meta.dirname, '../../support/lock-contender.mjs')

const folder = () => mkdtempSync(join(tmpdir(), 'og-ledger-lock-'))

function contend(file: string, { rounds, dieAt = 0 }: { rounds: number; dieAt?: number }) {
  const child = spawn(process.execPath, [CONTENDER, MODULE, file, String(rounds), String(dieAt)])
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exit = new Promise<{ output: string; signal: string | null }>((resolve) =>
    child.once('exit', (_, signal) => resolve({ output, signal })),
  )
  return { child, exit }
}

const refusal = (error: Error) => ({ name: error.name, message: error.message })

test('of eight contending processes one holds the lock at a time, also when half of them die by SIGKILL', async () => {
  const file = join(folder(), 'wallet.journal')
  const all = Array.from({ length: 8 }, (_, at) => contend(file, { rounds: 12, dieAt: at % 2 === 0 ? 5 : 0 }))
  const ends = await Promise.all(all.map(({ exit }) => exit))
  expect(ends.map(({ signal }) => signal)).toEqual(all.map((_, at) => (at % 2 === 0 ? 'SIGKILL' : null)))
  expect(ends.filter(({ signal }) => signal === null).map(({ output }) => output)).toEqual(
    Array.from({ length: 4 }, () => 'taken 12\n'),
  )
  expect(ends.filter(({ output }) => output.includes('violation'))).toEqual([])
})

test('a stopped process keeps the lock; a killed one frees it at once', async () => {
  const file = join(folder(), 'wallet.journal')
  const script = `const { lockJournal } = await import(${JSON.stringify(MODULE)}); await lockJournal(${JSON.stringify(file)}); console.log('held'); setInterval(() => {}, 1e6)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script])
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  expect((await lockJournal(file).catch(refusal)) as object).toMatchObject({ name: 'LockedError' })
  holder.kill('SIGSTOP')
  expect((await lockJournal(file).catch(refusal)) as object).toMatchObject({
    name: 'LockedError',
    message: expect.stringContaining('pid unknown') as string,
  })
  const exit = new Promise((resolve) => holder.once('exit', resolve))
  holder.kill('SIGKILL')
  await exit
  const lock = await lockJournal(file)
  await lock.release()
})

test('two names of one folder are one lock', async () => {
  const place = folder()
  mkdirSync(join(place, 'real'))
  symlinkSync(join(place, 'real'), join(place, 'alias'))
  const lock = await lockJournal(join(place, 'real', 'wallet.journal'))
  expect((await lockJournal(join(place, 'alias', 'wallet.journal')).catch(refusal)) as object).toMatchObject({
    name: 'LockedError',
    message: expect.stringContaining(`pid ${process.pid}, this one`) as string,
  })
  await lock.release()
})

test('a folder whose path is longer than a socket address', async () => {
  const deep = join(folder(), 'x'.repeat(120), 'y'.repeat(80))
  mkdirSync(deep, { recursive: true })
  const file = join(deep, 'wallet.journal')
  const lock = await lockJournal(file)
  expect((await lockJournal(file).catch(refusal)) as object).toMatchObject({ name: 'LockedError' })
  await lock.release()
  await (await lockJournal(file)).release()
})

test('one lock file stays in the folder, whatever happened', async () => {
  const place = folder()
  for (let round = 0; round < 5; round += 1) await (await lockJournal(join(place, 'wallet.journal'))).release()
  expect(readdirSync(place)).toEqual([expect.stringMatching(/^lock-[0-9a-f]{12}\.5$/)])
})

test('what a holder says is shown only where it is a process id', async () => {
  const place = folder()
  const file = join(place, 'wallet.journal')
  await (await lockJournal(file)).release()
  const [first = ''] = readdirSync(place)
  const answers = ['\u001B]0;title\u0007', '12; rm -rf', '1'.repeat(1_000_000), '']
  for (const [at, answer] of answers.entries()) {
    const impostor = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(answer)
    })
    const address = join(place, first.replace(/\d+$/, String(at + 2)))
    await new Promise<void>((resolve) => void impostor.listen(address, resolve))
    const { message } = (await lockJournal(file).catch(refusal)) as { message: string }
    expect(message).toContain('pid unknown')
    expect(message).not.toContain('\u001B')
    await new Promise((resolve) => impostor.close(resolve))
  }
})

test('a folder that holds no socket is refused with what to do', async () => {
  expect((await lockJournal('/proc/wallet.journal').catch(refusal)) as object).toMatchObject({
    name: 'JournalError',
    message: expect.stringContaining('XDG_STATE_HOME') as string,
  })
})

// Takes the lock of a file again and again; says on stdout each violation, and dies by SIGKILL when told to.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
const { lockJournal } = await import(process.argv[2])
const [, , , file, rounds, dieAt] = process.argv
const marker = `${file}.holder`
let taken = 0
for (let round = 0; taken < Number(rounds) && round < 5_000; round += 1) {
  let lock
  try {
    lock = await lockJournal(file)
  } catch (error) {
    if (error.name !== 'LockedError') throw error
    await sleep(Math.random() * 3)
    continue
  }
  const holder = holderIn(marker)
  if (holder !== null && isAlive(holder)) console.log(`violation: ${holder} and ${process.pid}`)
  writeFileSync(marker, String(process.pid))
  taken += 1
  await sleep(Math.random() * 4)
  if (taken === Number(dieAt)) {
    // Its sockets are closed before its parent hears of the end: until then the process still counts as alive.
    writeFileSync(marker, '')
    process.kill(process.pid, 'SIGKILL')
  }
  rmSync(marker, { force: true })
  await lock.release()
}
console.log(`taken ${taken}`)

function holderIn(path) {
  try {
    return Number(readFileSync(path, 'utf8')) || null
  } catch {
    return null
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

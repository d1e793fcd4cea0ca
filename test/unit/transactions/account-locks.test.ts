import { expect, test } from 'vitest'
import { LockedError } from '../../../src/base/sending-errors.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { createAccountLocks } from '../../../src/transactions/account-locks.ts'
import { heldJournal } from '../../support/dying-journal.ts'
import { laneOn, scriptedPort } from '../../support/scripted-port.ts'

const id = { provider: '0x01', serviceType: 'inference' } as const

test('a transfer by the caller waits for every decision about its sub-account, also for those that queue up during the wait', async () => {
  const locks = createAccountLocks(null)
  const events: string[] = []
  let letGo = (): void => undefined
  const deciding = locks.exclusive(id, () => new Promise<void>((resolve) => (letGo = resolve)))
  const moved = locks.after([id], () => Promise.resolve(events.push('moved')))
  const claimed = locks.exclusive(id, async () => {
    events.push('asked back')
    for (let step = 0; step < 20; step += 1) await Promise.resolve()
    events.push('put back')
  })
  await new Promise(setImmediate)
  letGo()
  await Promise.all([deciding, moved, claimed])
  expect(events).toEqual(['asked back', 'put back', 'moved'])
})

test('work that an earlier process left open goes first, also where its journal was locked before', async () => {
  const journal = heldJournal(memoryJournal())
  const events: string[] = []
  const during = async (event: string) => {
    for (let step = 0; step < 20; step += 1) await Promise.resolve()
    events.push(event)
  }
  const lane = laneOn(scriptedPort(), {
    journal,
    onOpen: () => void locks.exclusive(id, () => during('taken up')),
  })
  const locks = createAccountLocks(lane)
  await expect(lane.open()).rejects.toThrow(LockedError)
  await expect(locks.exclusive(id, () => during('decided'))).rejects.toThrow(LockedError)
  journal.letGo()
  await Promise.all([locks.after([id], () => during('moved')), locks.exclusive(id, () => during('decided'))])
  expect(events).toEqual(['taken up', 'decided', 'moved'])
  await lane.close()
})

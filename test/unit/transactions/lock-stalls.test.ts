import { expect, test } from 'vitest'
import { InDoubtError } from '../../../src/base/not-sent-errors.ts'
import { NotSentError } from '../../../src/base/errors.ts'
import { createAccountLocks } from '../../../src/transactions/account-locks.ts'

const alice = { provider: 'alice', serviceType: 'inference' } as const
const bob = { provider: 'bob', serviceType: 'inference' } as const
const stalled = () => new NotSentError('It cannot be sent.')

/** Work that ends when the test says so. */
function job() {
  let end = (): void => undefined
  const done = new Promise<void>((resolve) => (end = resolve))
  return { work: () => done, end }
}

/** Whether it is still pending once everything that is due has run. */
async function waits(work: Promise<unknown>): Promise<boolean> {
  const settled = work.then(
    () => false,
    () => false,
  )
  return Promise.race([settled, new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))])
}

test('a stalled writer refuses those that wait for its lock and those that come later, until it goes on', async () => {
  const locks = createAccountLocks(null)
  const { work, end } = job()
  const writer = locks.exclusive(alice, work)
  const waiting = [locks.exclusive(alice, work), locks.after([bob, alice], work)]
  for (const one of waiting) one.catch(() => undefined)
  expect(await Promise.all(waiting.map(waits))).toEqual([true, true])
  locks.stall(alice, stalled)
  for (const one of waiting) await expect(one).rejects.toThrow('It cannot be sent.')
  await expect(locks.exclusive(alice, work)).rejects.toThrow('It cannot be sent.')
  expect([locks.stallOf(alice)?.name, locks.stallOf(bob)]).toEqual(['NotSentError', null])
  locks.stall(alice, null)
  const next = locks.after([alice], () => Promise.resolve('done'))
  expect(await waits(next)).toBe(true)
  end()
  await writer
  expect(await next).toBe('done')
})

test('the lock is free, and no longer stalled, once its writer is done', async () => {
  const locks = createAccountLocks(null)
  const writer = locks.exclusive(alice, () => {
    locks.stall(alice, stalled)
    return Promise.reject(new InDoubtError({ operation: 'transferFund' }))
  })
  await expect(writer).rejects.toThrow(InDoubtError)
  expect([locks.stallOf(alice), await locks.exclusive(alice, () => Promise.resolve('next'))]).toEqual([null, 'next'])
})

test('a writer of several waits for their locks before it takes any', async () => {
  const locks = createAccountLocks(null)
  const { work, end } = job()
  const writer = locks.exclusive(bob, work)
  const both = locks.exclusiveAll([alice, bob], () => Promise.resolve('both'))
  expect(await locks.exclusive(alice, () => Promise.resolve('alone'))).toBe('alone')
  expect(await waits(both)).toBe(true)
  end()
  await writer
  expect(await both).toBe('both')
})

test('a patient writer waits for a stalled one all the same', async () => {
  const locks = createAccountLocks(null)
  const { work, end } = job()
  const writer = locks.exclusive(alice, work)
  await waits(writer)
  locks.stall(alice, stalled)
  const patient = locks.exclusiveAll([alice, bob], () => Promise.resolve('done'), { isPatient: true })
  expect(await waits(patient)).toBe(true)
  end()
  await writer
  expect(await patient).toBe('done')
})

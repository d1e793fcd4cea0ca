import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSerialQueue } from '../../../src/base/serial.ts'
import { inTurn } from '../../../src/local/keyed-queue.ts'

type Task = { ticks: number; fails: boolean }

const tasks = fc.array(fc.record({ ticks: fc.nat(5), fails: fc.boolean() }), { maxLength: 12 })

test('tasks run one after another in the order of the calls, and each caller gets the outcome of its own task', async () => {
  await fc.assert(
    fc.asyncProperty(tasks, async (all) => {
      const run = createSerialQueue()
      const events: string[] = []
      const outcomes = await Promise.allSettled(all.map((task, index) => run(() => perform(task, index, events))))
      expect(events).toEqual(all.flatMap((_, index) => [`begin ${index}`, `end ${index}`]))
      expect(outcomes).toEqual(
        all.map(({ fails }, index) =>
          fails ? { status: 'rejected', reason: new Error(`task ${index}`) } : { status: 'fulfilled', value: index },
        ),
      )
    }),
    { numRuns: 200 },
  )
})

test('a task does not start before the call has returned', async () => {
  const run = createSerialQueue()
  const events: string[] = []
  const done = run(() => Promise.resolve(events.push('task')))
  events.push('call')
  await done
  expect(events).toEqual(['call', 'task'])
})

test('a task that throws at once is a failure of that task alone', async () => {
  const run = createSerialQueue()
  const thrown = run(() => {
    throw new Error('thrown')
  })
  const next = run(() => Promise.resolve('next'))
  await expect(thrown).rejects.toThrow('thrown')
  expect(await next).toBe('next')
})

test('tasks of one key wait for one another, and those of another key do not', async () => {
  const [first, second] = [{}, {}]
  const events: string[] = []
  let release = (): void => undefined
  const blocked = inTurn(first, () => new Promise<void>((resolve) => (release = resolve)))
  const waiting = inTurn(first, () => Promise.resolve(events.push('same key')))
  await inTurn(second, () => Promise.resolve(events.push('other key')))
  expect(events).toEqual(['other key'])
  release()
  await Promise.all([blocked, waiting])
  expect(events).toEqual(['other key', 'same key'])
})

async function perform({ ticks, fails }: Task, index: number, events: string[]): Promise<number> {
  events.push(`begin ${index}`)
  for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
  events.push(`end ${index}`)
  if (fails) throw new Error(`task ${index}`)
  return index
}

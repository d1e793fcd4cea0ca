import { expect, test } from 'vitest'
import { createTurns } from '../../src/turns.ts'

const id = { provider: '0x01', serviceType: 'inference' } as const

test('what is moved by hand waits for every decision about its sub-account, also for those that came while it waited', async () => {
  const turns = createTurns(null)
  const events: string[] = []
  let letGo = (): void => undefined
  const deciding = turns.exclusive(id, () => new Promise<void>((resolve) => (letGo = resolve)))
  const moved = turns.after([id], () => Promise.resolve(events.push('moved')))
  const claimed = turns.exclusive(id, async () => {
    events.push('asked back')
    for (let step = 0; step < 20; step += 1) await Promise.resolve()
    events.push('put back')
  })
  await new Promise(setImmediate)
  letGo()
  await Promise.all([deciding, moved, claimed])
  expect(events).toEqual(['asked back', 'put back', 'moved'])
})

import { expect, test } from 'vitest'
import { createMortalClock } from '../../../src/testing/mortal-clock.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

test('timers run in the order in which they are due, those that are set on the way included', async () => {
  const heard: string[] = []
  const { clock, passTo, nextAt } = createSimulatedTime({ startMs: 1_000, onPass: () => undefined })
  const say = (what: string) => () => void heard.push(`${clock.now()} ${what}`)
  clock.after(300, say('late'))
  clock.after(100, () => {
    say('first')()
    clock.after(100, say('set on the way'))
    clock.after(0, say('at once'))
  })
  clock.after(100, say('second'))
  clock.after(150, () => void Promise.resolve().then(() => clock.after(20, say('set by a promise'))))
  const cancel = clock.after(50, say('never'))
  cancel()
  expect(nextAt()).toBe(1_100)
  await passTo(1_250)
  expect(heard).toEqual(['1100 first', '1100 second', '1100 at once', '1170 set by a promise', '1200 set on the way'])
  expect({ now: clock.now(), nextAt: nextAt() }).toEqual({ now: 1_250, nextAt: 1_300 })
})

test('what hears of new time may cancel what would be due then, and set something else', async () => {
  const heard: string[] = []
  let cancel = (): void => undefined
  const { clock, passTo } = createSimulatedTime({
    startMs: 0,
    onPass(now) {
      cancel()
      if (now === 10) clock.after(0, () => heard.push('instead'))
    },
  })
  cancel = clock.after(10, () => heard.push('cancelled'))
  clock.after(20, () => heard.push('untouched'))
  await passTo(30)
  expect(heard).toEqual(['instead', 'untouched'])
})

test('no timer of a dead process runs, nor one that it still sets', async () => {
  const heard: string[] = []
  const { clock, passTo } = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const [one, other] = [createMortalClock(clock), createMortalClock(clock)]
  one.clock.after(10, () => heard.push('dead'))
  other.clock.after(10, () => heard.push('alive'))
  one.die()
  one.clock.after(10, () => heard.push('dead'))
  await passTo(20)
  expect(heard).toEqual(['alive'])
})

import { expect, test } from 'vitest'
import { createProcessClock } from '../../../src/testing/process-clock.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

test('timers run in the order of their due times, also timers set by other timers', async () => {
  const calls: string[] = []
  const { clock, passTo, nextAt } = createSimulatedTime({ startMs: 1_000, onPass: () => undefined })
  const record = (what: string) => () => void calls.push(`${clock.now()} ${what}`)
  clock.after(300, record('late'))
  clock.after(100, () => {
    record('first')()
    clock.after(100, record('set on the way'))
    clock.after(0, record('at once'))
  })
  clock.after(100, record('second'))
  clock.after(150, () => void Promise.resolve().then(() => clock.after(20, record('set by a promise'))))
  const cancel = clock.after(50, record('never'))
  cancel()
  expect(nextAt()).toBe(1_100)
  await passTo(1_250)
  expect(calls).toEqual(['1100 first', '1100 second', '1100 at once', '1170 set by a promise', '1200 set on the way'])
  expect({ now: clock.now(), nextAt: nextAt() }).toEqual({ now: 1_250, nextAt: 1_300 })
})

test('onPass may cancel a timer that is due and set another', async () => {
  const calls: string[] = []
  let cancel = (): void => undefined
  const { clock, passTo } = createSimulatedTime({
    startMs: 0,
    onPass(now) {
      cancel()
      if (now === 10) clock.after(0, () => calls.push('instead'))
    },
  })
  cancel = clock.after(10, () => calls.push('cancelled'))
  clock.after(20, () => calls.push('untouched'))
  await passTo(30)
  expect(calls).toEqual(['instead', 'untouched'])
})

test('no timer of a killed process runs, also none set after the kill', async () => {
  const calls: string[] = []
  const { clock, passTo } = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const [one, other] = [createProcessClock(clock), createProcessClock(clock)]
  one.clock.after(10, () => calls.push('dead'))
  other.clock.after(10, () => calls.push('alive'))
  one.kill()
  one.clock.after(10, () => calls.push('dead'))
  await passTo(20)
  expect(calls).toEqual(['alive'])
})

import { firstValueFrom, NEVER, toArray, type Observable } from 'rxjs'
import { expect, test } from 'vitest'
import { createPlans } from '../../../src/streams/plans.ts'

const all = (plans$: Observable<string>): Promise<string[]> => firstValueFrom(plans$.pipe(toArray()))

test('a subscriber sees the plans of its time, and the end', async () => {
  const plans = createPlans<string>()
  plans.next('before')
  const plans$ = plans.follow(NEVER, () => undefined)
  const seen = all(plans$)
  plans.next('first')
  plans.next('second')
  plans.close()
  expect(await seen).toEqual(['first', 'second'])
})

test('a subscriber that comes once the stream is closed sees its end at once, whether it was followed before or not', async () => {
  const plans = createPlans<string>()
  const before$ = plans.follow(NEVER, () => undefined)
  plans.close()
  const after$ = plans.follow(NEVER, () => undefined)
  let subscribed = 0
  const never = createPlans<string>()
  never.close()
  const unfollowed$ = never.follow(NEVER, () => (subscribed += 1))
  expect(await Promise.all([before$, after$, unfollowed$].map(all))).toEqual([[], [], []])
  expect(subscribed).toBe(0)
})

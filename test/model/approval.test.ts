import { expect, test } from 'vitest'
import { bentWorld } from '../support/bent-world.ts'

test('a top-up that is refused a while after it was proposed rests from then on', async () => {
  await using world = bentWorld()
  const broker = await world.open({ intervalMs: 1_000 })
  await world.until(broker.ledger.addLedger('10'))
  const asked: number[] = []
  const answers: ((approved: boolean) => void)[] = []
  const actor = broker.inference.startAutoFunding(world.provider, {
    unsettledFee: false,
    approve: () =>
      new Promise((resolve) => {
        asked.push(world.clock.now())
        answers.push(resolve)
      }),
  })
  await world.advance(600)
  const refusedAt = world.clock.now()
  answers[0]?.(false)
  await world.advance(0)
  expect(actor.getSnapshot().context.failure).toMatchObject({ count: 1, at: refusedAt / 1_000 })
  await world.advance(60)
  expect(asked).toHaveLength(2)
  expect((asked[1] ?? 0) - refusedAt).toBeGreaterThanOrEqual(15_000)
})

import { expect, test } from 'vitest'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

test.for<[string, unknown]>([
  ['"no"', 'no'],
  ['"false"', 'false'],
  ['"yes"', 'yes'],
  ['{ approved: false }', { approved: false }],
  ['{ approved: true }', { approved: true }],
  ['1', 1],
  ['nothing', undefined],
])(
  'an answer of approve that is neither true nor false sends nothing, and the status says so: %s',
  async ([, answer]) => {
    await using world = bentWorld()
    const broker = await world.open()
    await world.until(broker.ledger.addLedger('10'))
    broker.inference.startAutoFunding(world.provider, {
      ...EXACT,
      unsettledFee: false,
      approve: () => Promise.resolve(answer as boolean),
    })
    await world.advance(600)
    expect(world.position().subAccounts).toEqual([])
    const [status] = broker.inference.autoFundingStatus(world.provider)
    expect(status).toMatchObject({ topUps: 0, paid: '0' })
    expect(status?.failure?.message).toContain('approve answered neither true nor false, so nothing was sent.')
  },
)

test('false refuses, and true sends', async () => {
  await using world = bentWorld()
  const broker = await world.open()
  await world.until(broker.ledger.addLedger('10'))
  let answer = false
  broker.inference.startAutoFunding(world.provider, { ...EXACT, unsettledFee: false, approve: () => answer })
  await world.advance(60)
  expect(broker.inference.autoFundingStatus()[0]?.failure?.message).toBe('The top-up was not approved.')
  answer = true
  await world.advance(600)
  expect(broker.inference.autoFundingStatus()[0]?.topUps).toBe(1)
})

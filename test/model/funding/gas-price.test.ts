import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Fees } from '../../../src/chain/port.ts'
import { ReadError } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const unread = () => Promise.reject(new ReadError('The chain could not be read.', {}))

test.each([0, 1, 5])(
  'the gas of a full exit is kept, however often its price could not be read (%i times)',
  async (times) => {
    await using world = bentWorld({ funds: og('10.002') })
    let failures = 0
    const broker = await world.open({
      bend: (connected) => ({ ...connected, fees: () => (failures-- > 0 ? unread() : connected.fees()) }),
    })
    await world.until(broker.ledger.addLedger('10'))
    failures = times
    const actor = broker.inference.startAutoFunding(world.provider, { ...EXACT, unsettledFee: false })
    await world.advance(times * 30)
    expect(actor.getSnapshot().context).toMatchObject({ reason: 'gas-short', topUps: 0 })
  },
)

test('a node that answers late with the gas price delays top-ups, and neither readings nor plans', async () => {
  await using world = bentWorld()
  let answer: (fees: Fees) => void = () => undefined
  const broker = await world.open({
    bend: (connected) => ({ ...connected, fees: () => new Promise((resolve) => (answer = resolve)) }),
  })
  await world.until(broker.ledger.addLedger('10'))
  const actor = broker.inference.startAutoFunding(world.provider, { ...EXACT, unsettledFee: false })
  await world.advance(3_600)
  expect(actor.getSnapshot().context).toMatchObject({ reason: 'gas-unread', topUps: 0 })
  const before = await world.until(broker.position())
  expect(before.block.timestamp).toBe(Math.floor(world.clock.now() / 1_000))
  expect(broker.planAt(before, { dryRun: true })).toMatchObject({ gasReserve: 0n, decisions: [{ action: 'top-up' }] })
  answer({ gasPrice: 1n })
  await world.advance(1)
  expect(actor.getSnapshot().context).toMatchObject({ reason: 'sufficient', topUps: 1 })
})

test('a read-only broker plans a dry run, though the gas price cannot be read', async () => {
  await using world = bentWorld()
  const sender = await world.open()
  await world.until(sender.ledger.addLedger('10'))
  await world.until(sender.ledger.transferFund(world.provider, 'inference', '1'))
  const broker = await world.open({ bend: (connected) => ({ ...connected, transactions: null, fees: unread }) })
  const { decisions, gasReserve } = await broker.plan({ dryRun: true })
  expect({ decisions, gasReserve }).toMatchObject({
    decisions: [{ action: 'top-up', amount: og('2') }],
    gasReserve: 0n,
  })
})

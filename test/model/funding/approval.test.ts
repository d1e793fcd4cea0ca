import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { ReadError, type AutoFundingConfig } from '../../../src/index.ts'
import { bentWorld, type Opening } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

test('the back-off of a refused top-up counts from the refusal, not from the proposal', async () => {
  await using world = bentWorld()
  const broker = await world.open({ intervalMs: 1_000 })
  await world.until(broker.ledger.addLedger('10'))
  const proposals: number[] = []
  const answers: ((approved: boolean) => void)[] = []
  const actor = broker.inference.startAutoFunding(world.provider, {
    ...EXACT,
    unsettledFee: false,
    approve: () =>
      new Promise((resolve) => {
        proposals.push(world.clock.now())
        answers.push(resolve)
      }),
  })
  await world.advance(600)
  const refusedAt = world.clock.now()
  answers[0]?.(false)
  await world.advance(0)
  expect(actor.getSnapshot().context.failure).toMatchObject({ count: 1, at: refusedAt / 1_000 })
  await world.advance(60)
  expect(proposals).toHaveLength(2)
  expect((proposals[1] ?? 0) - refusedAt).toBeGreaterThanOrEqual(15_000)
})

/** A broker whose first top-up, of 2 OG, waits for approval. */
async function proposed(world: ReturnType<typeof bentWorld>, config: AutoFundingConfig = {}, opening: Opening = {}) {
  const broker = await world.open(opening)
  await world.until(broker.ledger.addLedger('10'))
  let approve: (approved: boolean) => void = () => undefined
  const ask = () => new Promise<boolean>((resolve) => (approve = resolve))
  const actor = broker.inference.startAutoFunding(world.provider, {
    ...EXACT,
    unsettledFee: false,
    ...config,
    approve: ask,
  })
  await world.advance(30)
  expect(actor.getSnapshot().value).toBe('awaitingApproval')
  return {
    broker,
    actor,
    ask,
    approve: async () => {
      approve(true)
      await world.advance(0)
    },
  }
}

const availableIn = ({ position }: ReturnType<typeof bentWorld>) =>
  position().subAccounts.map(({ available }) => available)

test('an amount approved while auto-funding is paused is not sent, and is proposed again after the pause', async () => {
  await using world = bentWorld()
  const { broker, actor, approve } = await proposed(world)
  broker.inference.pauseAutoFunding()
  await approve()
  expect(actor.getSnapshot().context).toMatchObject({ reason: 'overtaken', topUps: 0, failure: null })
  await world.advance(60)
  expect(availableIn(world)).toEqual([])
  broker.inference.resumeAutoFunding()
  await world.advance(30)
  await approve()
  expect(availableIn(world)).toEqual([og('2')])
})

test.each([true, false])(
  'an approved amount is not sent where a new config allows less, and the smaller amount is sent (asking again: %s)',
  async (asks) => {
    await using world = bentWorld()
    const { broker, actor, approve, ask } = await proposed(world)
    const less = { unsettledFee: false, maxTopUp: '1' } as const
    broker.inference.startAutoFunding(world.provider, asks ? { ...less, approve: ask } : less)
    await approve()
    expect(actor.getSnapshot().context).toMatchObject({ reason: 'overtaken', topUps: 0, failure: null })
    await world.advance(30)
    if (asks) await approve()
    expect(actor.getSnapshot().context.lastTopUp?.amount).toBe(`${og('1')}`)
  },
)

test('an approved amount leaves the reserve in the ledger, though another transfer is in flight', async () => {
  await using world = bentWorld({ inference: 2 })
  const { broker, actor, approve } = await proposed(world, { ledgerReserve: '5' })
  world.chain.setAutomine(false)
  const byHand = broker.ledger.transferFund(world.chain.providers[1]?.address ?? '', 'inference', '4')
  await world.advance(0)
  await approve()
  await world.until(byHand)
  await world.advance(60)
  expect(actor.getSnapshot().context.topUps).toBe(0)
  expect(world.position().ledger?.available).toBe(og('6'))
})

test('an approved amount is not sent while the chain cannot be read, nor where another program has paid it since', async () => {
  await using world = bentWorld()
  let isBroken = false
  const { broker, actor, approve } = await proposed(
    world,
    {},
    {
      bend: (connected) => ({
        ...connected,
        readPosition: () =>
          isBroken ? Promise.reject(new ReadError('The chain could not be read.', {})) : connected.readPosition(),
      }),
    },
  )
  isBroken = true
  await world.advance(60)
  expect(broker.positions$.status.failures).toBeGreaterThan(0)
  await approve()
  expect(actor.getSnapshot().context).toMatchObject({ topUps: 0, failure: { message: 'The chain could not be read.' } })
  isBroken = false
  await world.advance(60)
  expect(actor.getSnapshot().value).toBe('awaitingApproval')
  // Another program of this wallet.
  const elsewhere = await world.open()
  await world.until(elsewhere.inference.ensureFunded(world.provider, '2'))
  await approve()
  await world.advance(60)
  expect(availableIn(world)).toEqual([og('2')])
})

test('an approved amount is sent as approved, though the plan wants more by then', async () => {
  await using world = bentWorld()
  const { actor, approve } = await proposed(world)
  await approve()
  await world.advance(30)
  world.chain.spend(world.provider, world.wallet, og('0.5'))
  await world.advance(30)
  world.chain.spend(world.provider, world.wallet, og('0.5'))
  await approve()
  expect(actor.getSnapshot().context.lastTopUp?.amount).toBe(`${og('0.5')}`)
  expect(availableIn(world)).toEqual([og('1.5')])
})

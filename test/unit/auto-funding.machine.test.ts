import { expect, test, vi } from 'vitest'
import { createActor, fromPromise, waitFor } from 'xstate'
import { autoFundingMachine, type TopUpReceipt, type TopUpRequest } from '../../machines/index.ts'

const input = { provider: '0xa', serviceType: 'inference' } as const

function started(topUp: (request: TopUpRequest) => Promise<TopUpReceipt>) {
  const machine = autoFundingMachine.provide({
    actors: { topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input }) => topUp(input)) },
  })
  return createActor(machine, { input }).start()
}

test('a top-up is sent once, settles, and is not repeated by decisions that come meanwhile', async () => {
  const sent = vi.fn<(request: TopUpRequest) => Promise<TopUpReceipt>>(() =>
    Promise.resolve({ transactionHash: '0x1', blockNumber: 7 }),
  )
  const actor = started(sent)
  for (let i = 0; i < 3; i += 1) actor.send({ type: 'plan.topUp', amount: '15', at: 100 })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  actor.send({ type: 'plan.topUp', amount: '15', at: 101 })
  expect(sent.mock.calls).toEqual([[{ ...input, amount: '15' }]])
  actor.send({ type: 'reading.caughtUp' })
  expect(actor.getSnapshot()).toMatchObject({
    value: 'watching',
    context: {
      reason: null,
      amount: null,
      topUps: 1,
      paid: '15',
      lastTopUp: { amount: '15', transactionHash: '0x1', blockNumber: 7 },
    },
  })
})

test('a failed top-up holds and counts, and the next success clears it', async () => {
  let fail = true
  const actor = started(() =>
    fail ? Promise.reject(new Error('no gas')) : Promise.resolve({ transactionHash: '0x2', blockNumber: 9 }),
  )
  for (const at of [100, 120]) {
    actor.send({ type: 'plan.topUp', amount: '5', at })
    await waitFor(actor, (snapshot) => snapshot.value === 'held')
  }
  expect(actor.getSnapshot().context).toMatchObject({
    reason: 'backing-off',
    failure: { count: 2, at: 120, message: 'no gas' },
    paid: '0',
  })
  fail = false
  actor.send({ type: 'plan.topUp', amount: '5', at: 200 })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  expect(actor.getSnapshot().context).toMatchObject({ failure: null, paid: '5' })
})

test('a hold shows its reason and ends when enough is there', () => {
  const actor = started(() => Promise.reject(new Error('never')))
  actor.send({ type: 'plan.hold', reason: 'ledger-short' })
  actor.send({ type: 'plan.hold', reason: 'refund-pending' })
  expect(actor.getSnapshot()).toMatchObject({ value: 'held', context: { reason: 'refund-pending' } })
  actor.send({ type: 'plan.sufficient' })
  expect(actor.getSnapshot()).toMatchObject({ value: 'watching', context: { reason: 'sufficient' } })
})

test('an actor that was not provided says its name', async () => {
  const actor = createActor(autoFundingMachine, { input }).start()
  actor.send({ type: 'plan.topUp', amount: '5', at: 1 })
  await waitFor(actor, (snapshot) => snapshot.value === 'held')
  expect(actor.getSnapshot().context.failure?.message).toBe('The actor "topUp" was not provided.')
})

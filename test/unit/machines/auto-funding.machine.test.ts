import { expect, test, vi } from 'vitest'
import { createActor, fromPromise, waitFor } from 'xstate'
import { autoFundingMachine, type Approval, type TopUpReceipt, type TopUpRequest } from '../../../machines/index.ts'

const input = { provider: '0xa', serviceType: 'inference' } as const

function started(topUp: (request: TopUpRequest) => Promise<TopUpReceipt>) {
  const machine = autoFundingMachine.provide({
    actors: { topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input }) => topUp(input)) },
  })
  return createActor(machine, { input }).start()
}

test('a top-up is sent once, settles, and is not repeated by decisions in between', async () => {
  const sent = vi.fn<(request: TopUpRequest) => Promise<TopUpReceipt>>(() =>
    Promise.resolve({ transactionHash: '0x1', blockNumber: 7 }),
  )
  const actor = started(sent)
  for (let i = 0; i < 3; i += 1) actor.send({ type: 'plan.topUp', amount: '15', at: 100 })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  actor.send({ type: 'plan.topUp', amount: '15', at: 101 })
  expect(sent.mock.calls).toEqual([[{ ...input, amount: '15', decidedAt: 100 }]])
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
  let error: Error | null = null
  const actor = started(() =>
    error ? Promise.reject(error) : Promise.resolve({ transactionHash: '0x2', blockNumber: 9 }),
  )
  const failures = []
  // An error may carry the time of the failure; without one the decision's time counts.
  for (const one of [new Error('no gas'), Object.assign(new Error('reverted'), { at: 170 })]) {
    error = one
    actor.send({ type: 'plan.topUp', amount: '5', at: 120 })
    await waitFor(actor, (snapshot) => snapshot.value === 'held')
    failures.push(actor.getSnapshot().context.failure)
  }
  expect(failures).toEqual([
    { count: 1, at: 120, message: 'no gas' },
    { count: 2, at: 170, message: 'reverted' },
  ])
  expect(actor.getSnapshot().context).toMatchObject({ reason: 'backing-off', paid: '0' })
  error = null
  actor.send({ type: 'plan.topUp', amount: '5', at: 200 })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  expect(actor.getSnapshot().context).toMatchObject({ failure: null, paid: '5' })
})

test('a top-up that another transaction overtook is no failure: the next decision is taken at once', async () => {
  let error: Error | null = Object.assign(new Error('the nonce was taken'), { overtaken: true })
  const actor = started(() =>
    error ? Promise.reject(error) : Promise.resolve({ transactionHash: '0x2', blockNumber: 9 }),
  )
  actor.send({ type: 'plan.topUp', amount: '5', at: 120 })
  await waitFor(actor, (snapshot) => snapshot.value === 'held')
  expect(actor.getSnapshot().context).toMatchObject({ reason: 'overtaken', amount: null, failure: null, topUps: 0 })
  error = null
  actor.send({ type: 'plan.topUp', amount: '6', at: 121 })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  expect(actor.getSnapshot().context).toMatchObject({ paid: '6', failure: null })
})

test('a hold shows its reason and ends when enough is available', () => {
  const actor = started(() => Promise.reject(new Error('never')))
  actor.send({ type: 'plan.hold', reason: 'ledger-short' })
  actor.send({ type: 'plan.hold', reason: 'refund-pending' })
  expect(actor.getSnapshot()).toMatchObject({ value: 'held', context: { reason: 'refund-pending' } })
  actor.send({ type: 'plan.sufficient' })
  expect(actor.getSnapshot()).toMatchObject({ value: 'watching', context: { reason: 'sufficient' } })
})

test('an actor that was not provided rejects with its name', async () => {
  const actor = createActor(autoFundingMachine, { input }).start()
  actor.send({ type: 'plan.topUp', amount: '5', at: 1 })
  await waitFor(actor, (snapshot) => snapshot.value === 'held')
  expect(actor.getSnapshot().context.failure?.message).toBe('The actor "topUp" was not provided.')
})

function proposing(approve: (request: TopUpRequest, signal: AbortSignal) => Promise<Approval>) {
  const sent: TopUpRequest[] = []
  const machine = autoFundingMachine.provide({
    actors: {
      topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input }) => {
        sent.push(input)
        return Promise.resolve({ transactionHash: '0x1', blockNumber: 7 })
      }),
      approve: fromPromise<Approval, TopUpRequest>(({ input, signal }) => approve(input, signal)),
    },
  })
  return { actor: createActor(machine, { input }).start(), sent }
}

test('a proposal is sent once it is approved, and held when it is refused', async () => {
  let answer = { approved: true, at: 150 }
  const { actor, sent } = proposing(() => Promise.resolve(answer))
  actor.send({ type: 'plan.propose', amount: '5', at: 100 })
  expect(actor.getSnapshot()).toMatchObject({
    value: 'awaitingApproval',
    context: { reason: 'awaiting-approval', amount: '5' },
  })
  await waitFor(actor, (snapshot) => snapshot.value === 'settling')
  expect(sent).toEqual([{ ...input, amount: '5', decidedAt: 100 }])
  actor.send({ type: 'reading.caughtUp' })
  answer = { approved: false, at: 800 }
  actor.send({ type: 'plan.propose', amount: '6', at: 200 })
  await waitFor(actor, (snapshot) => snapshot.value === 'held')
  expect(actor.getSnapshot().context).toMatchObject({
    reason: 'backing-off',
    failure: { count: 1, at: 800, message: 'The top-up was not approved.' },
    topUps: 1,
  })
  expect(sent).toHaveLength(1)
})

test('a question whose answer is not needed any more is aborted, and a smaller amount is proposed anew', () => {
  const signals: [string, AbortSignal][] = []
  const { actor, sent } = proposing(({ amount }, signal) => {
    signals.push([amount, signal])
    return new Promise(() => undefined)
  })
  actor.send({ type: 'plan.propose', amount: '5', at: 100 })
  actor.send({ type: 'plan.propose', amount: '3', at: 110 })
  actor.send({ type: 'plan.sufficient' })
  expect(signals.map(([amount, { aborted }]) => [amount, aborted])).toEqual([
    ['5', true],
    ['3', true],
  ])
  expect(actor.getSnapshot().value).toBe('watching')
  expect(sent).toEqual([])
})

import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createActor, fromPromise, setup, type ActorLogic, type EventObject, type Snapshot } from 'xstate'
import {
  autoFundingMachine,
  ledgerMachine,
  subAccountMachine,
  type Approval,
  type AutoFundingEvent,
  type LedgerEvent,
  type SubAccountEvent,
} from '../../../machines/index.ts'
import { restingActorsOf } from '../../../src/lifecycle/resting-actor.ts'

const id = { provider: '0x01', serviceType: 'inference' } as const
const notInspected = () => ({})

const subAccountEvents = fc
  .constantFrom('account.empty', 'account.gone', 'balance.low', 'balance.ample', 'refund.locked', 'refund.claimable')
  .chain((type) => fc.nat(9).map((block) => ({ type, block })))
  .map(({ type, block }): SubAccountEvent => {
    const amounts = { balance: '1', pendingRefund: '0', claimable: '0', required: '2' } as const
    return { type, reading: { exists: true, ...amounts, unlocksAt: null, block } }
  })

const ledgerEvents = fc
  .constantFrom('ledger.open', 'ledger.gone', 'tokens.revocable', 'funds.retrievable', 'refunds.locked', 'funds.home')
  .chain((type) => fc.nat(9).map((block) => ({ type, block })))
  .map(({ type, block }): LedgerEvent => {
    const amounts = { available: '1', total: '1', locked: '0' } as const
    return { type, reading: { exists: true, ...amounts, step: null, block } }
  })

const fundingEvents: fc.Arbitrary<AutoFundingEvent> = fc.oneof(
  fc.constant({ type: 'plan.sufficient' as const }),
  fc.constantFrom('paused' as const, 'sufficient' as const).map((reason) => ({ type: 'plan.hold' as const, reason })),
  fc.nat(9).map((at) => ({ type: 'plan.topUp' as const, amount: '5' as const, at })),
  fc.nat(9).map((at) => ({ type: 'plan.propose' as const, amount: '5' as const, at })),
  fc.constant({ type: 'reading.caughtUp' as const }),
)

/** A history in which a caller looks at the actor now and then: from the first look on it is an actor as any other. */
const withLooks = <Event>(events: fc.Arbitrary<Event>) =>
  fc.array(fc.oneof({ weight: 6, arbitrary: events }, { weight: 1, arbitrary: fc.constant('look' as const) }))

const plain = (state: Snapshot<unknown>): unknown => JSON.parse(JSON.stringify(state))

/** Plays a history on a running actor, and on one that rests. */
function play<State extends Snapshot<unknown>, Event extends EventObject, Input>(
  [chart, other]: readonly [ActorLogic<State, Event, Input>, ActorLogic<State, Event, Input>],
  input: Input,
) {
  const [expected, heard]: [unknown[], unknown[]] = [[], []]
  const running = createActor(chart, { input })
  running.subscribe((state) => expected.push(plain(state)))
  running.start()
  const prepare = vi.fn<() => void>()
  const next = (state: State) => void heard.push(plain(state))
  const resting = restingActorsOf(other)(input, { inspected: notInspected, prepare, next })
  return {
    step(event: Event | 'look') {
      if (event === 'look') return expect(plain(resting.actor.getSnapshot())).toEqual(plain(running.getSnapshot()))
      running.send(event)
      resting.send(event)
    },
    check() {
      expect(heard).toEqual(expected)
      expect(plain(resting.getSnapshot())).toEqual(plain(running.getSnapshot()))
    },
    isAwake: () => prepare.mock.calls.length === 1,
  }
}

test('a resting actor tells of a sub-account what a running one tells, and is made with the first look', () => {
  fc.assert(
    fc.property(withLooks(subAccountEvents), (history) => {
      const both = play([subAccountMachine, subAccountMachine], id)
      for (const event of history) both.step(event)
      both.check()
      expect(both.isAwake()).toBe(history.includes('look'))
    }),
  )
})

test('the same of a ledger', () => {
  fc.assert(
    fc.property(withLooks(ledgerEvents), (history) => {
      const both = play([ledgerMachine, ledgerMachine], { wallet: '0x02' })
      for (const event of history) both.step(event)
      both.check()
      expect(both.isAwake()).toBe(history.includes('look'))
    }),
  )
})

/** The chart of auto-funding whose jobs wait until the test ends them. */
function fundingWithJobs() {
  const jobs: { end: () => void; fail: () => void }[] = []
  const job = <T>(output: T) =>
    new Promise<T>((resolve, reject) =>
      jobs.push({ end: () => resolve(output), fail: () => reject(new Error('not sent')) }),
    )
  const chart = autoFundingMachine.provide({
    actors: {
      topUp: fromPromise(() => job({ transactionHash: '0x03', blockNumber: 4 })),
      approve: fromPromise(() => job<Approval>({ approved: true, at: 5 })),
    },
  })
  return { chart, jobs }
}

test('auto-funding wakes for a top-up and for a question, and goes on as if it had run from the start', async () => {
  const answers = fc.constantFrom('end' as const, 'fail' as const)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(withLooks(fundingEvents), answers)), async (history) => {
      const [one, other] = [fundingWithJobs(), fundingWithJobs()]
      const both = play([one.chart, other.chart], id)
      for (const step of history) {
        if (typeof step === 'string') {
          for (const jobs of [one.jobs, other.jobs]) for (const job of jobs.splice(0)) job[step]()
          await new Promise<void>((resolve) => void setImmediate(resolve))
        } else for (const event of step) both.step(event)
      }
      both.check()
      expect(one.jobs.length).toBe(other.jobs.length)
    }),
    { numRuns: 50 },
  )
})

test('an inspector that is there from the start gets what it gets of a running actor', () => {
  const eventsOf = (begin: (inspect: (event: { type: string }) => void) => { send(event: LedgerEvent): void }) => {
    const types: string[] = []
    const actor = begin(({ type }) => types.push(type))
    for (const event of fc.sample(ledgerEvents, { numRuns: 5, seed: 1 })) actor.send(event)
    return types
  }
  const input = { wallet: '0x02' }
  expect(eventsOf((inspect) => restingActorsOf(ledgerMachine)(input, { inspected: () => ({ inspect }) }))).toEqual(
    eventsOf((inspect) => createActor(ledgerMachine, { input, inspect }).start()),
  )
})

test('one that was stopped hears no more, and shows as a stopped actor', () => {
  const resting = restingActorsOf(subAccountMachine)(id, { inspected: notInspected })
  resting.stop()
  for (const event of fc.sample(subAccountEvents, { numRuns: 5, seed: 1 })) resting.send(event)
  expect([resting.getSnapshot().value, resting.actor.getSnapshot().status]).toEqual(['none', 'stopped'])
})

test('an event that fails ends the actor, and its owner hears why', () => {
  const chart = setup({ types: { events: {} as { type: 'fall' } } }).createMachine({
    initial: 'up',
    states: { up: { on: { fall: { target: 'down', guard: () => throwing() } } }, down: {} },
  })
  const failed = vi.fn<(error: unknown) => void>()
  const resting = restingActorsOf(chart)(undefined, { inspected: notInspected, failed })
  resting.send({ type: 'fall' })
  expect([resting.getSnapshot().status, failed.mock.calls.length]).toEqual(['error', 1])
})

function throwing(): boolean {
  throw new Error('broken')
}

test('snapshots of one chart in the same states share all but their context', () => {
  fc.assert(
    fc.property(fc.array(subAccountEvents), fc.array(subAccountEvents), (one, other) => {
      const begin = restingActorsOf(subAccountMachine)
      const after = (events: readonly SubAccountEvent[]) => {
        const resting = begin(id, { inspected: notInspected })
        for (const event of events) resting.send(event)
        const { value, _nodes: nodes, tags, children, historyValue } = resting.getSnapshot()
        return { value: JSON.stringify(value), parts: [nodes, tags, children, historyValue] }
      }
      const [first, second] = [after(one), after(other)]
      fc.pre(first.value === second.value)
      expect(first.parts.map((part, at) => part === second.parts[at])).toEqual(Array(4).fill(true))
    }),
  )
})

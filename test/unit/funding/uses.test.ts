import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settlementsIn } from '../../../src/base/settlements-in.ts'
import { createUses } from '../../../src/funding/uses.ts'
import { retrieveIntent, transferIntent } from '../../../src/transactions/build-intent.ts'
import type { Intent } from '../../../src/transactions/intent.ts'
import type { Rules } from '../../../src/chain/port.ts'
import { createRefundWorld } from '../../support/refund-world.ts'

const id = { provider: 'alice', serviceType: 'inference' } as const
const KEY = 'inference:alice'
const rules = { serviceNames: { inference: 'inference-v1.0' } } as Rules

describe('the last use of a sub-account', () => {
  test('is a charge or a payment since the reading before, and no step of asking money back', () => {
    const life = openLife()
    const seen: (number | null)[] = []
    const read = () => {
      life.read()
      seen.push(life.lastAt())
    }
    life.pay(9n)
    read() // the first reading shows no change
    life.reclaim(2n)
    read()
    life.wait()
    life.retrieve()
    life.putBack(2n)
    read()
    life.charge(1n)
    read()
    const charged = life.now()
    life.pay(3n)
    read()
    expect(seen).toEqual([null, null, null, charged, life.now()])
  })

  test('is a charge out of a refund too, and a payment that only frees a part of one', () => {
    const life = openLife()
    life.pay(9n)
    life.reclaim(0n)
    life.read()
    life.charge(1n)
    life.read()
    const charged = life.now()
    expect(life.lastAt()).toBe(charged)
    life.payByAnother(2n)
    life.read()
    expect(life.lastAt()).toBe(life.now())
  })

  test('is not told by a transaction in flight, and is once its receipt is there', () => {
    const life = openLife()
    life.pay(9n)
    life.read()
    life.reclaim(2n)
    life.hide() // mined, and the lane has read no receipt yet
    life.read()
    life.show()
    life.read()
    expect(life.lastAt()).toBe(null)
  })

  test('is told by the logs alone where a transaction was in flight at the first reading', () => {
    const life = openLife()
    life.pay(9n)
    life.reclaim(2n)
    life.hide()
    life.read()
    const first = life.now()
    life.read()
    life.show()
    life.read()
    expect(life.lastAt()).toBe(null)
    expect(life.uses.unclear()).toMatchObject({ from: { number: first }, until: { number: life.now() } })
    life.charge(1n)
    life.read()
    expect(life.lastAt()).toBe(life.now())
  })

  test('is a call that asks for it, and what logs tell of the time before', () => {
    const life = openLife()
    for (let count = 0; count < 5; count += 1) life.wait()
    life.pay(9n)
    life.read()
    const read = life.now()
    life.uses.ask(id, 7)
    life.uses.learn({ since: 400, sinceBlock: 5, until: read, settled: [{ ...id, amount: 1n, at: 3 }], paid: [] })
    expect(life.uses.of(KEY)).toEqual({ knownSince: 400, lastAt: 7 })
    life.uses.learn({ since: 200, sinceBlock: 3, until: 400, settled: [], paid: [{ ...id, at: 8 }] })
    expect(life.uses.of(KEY)).toEqual({ knownSince: 200, lastAt: 8 })
    // A stretch that leaves a gap makes nothing known, and the first block of a chain everything.
    life.uses.learn({ since: 50, sinceBlock: 2, until: 100, settled: [], paid: [] })
    expect(life.uses.of(KEY).knownSince).toBe(200)
    life.uses.learn({ since: 100, sinceBlock: 1, until: 200, settled: [], paid: [] })
    expect(life.uses.of(KEY).knownSince).toBe(0)
  })
})

const amount = fc.bigInt(1n, 9n)
const READ = { kind: 'read', amount: 0n } as const
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reclaim' as const), amount: fc.bigInt(0n, 9n) }) },
  fc.record({ kind: fc.constant('retrieve' as const), amount: fc.constant(0n) }),
  fc.record({ kind: fc.constant('retrieveByAnother' as const), amount: fc.constant(0n) }),
  fc.record({ kind: fc.constant('pay' as const), amount }),
  fc.record({ kind: fc.constant('charge' as const), amount }),
  fc.record({ kind: fc.constant('wait' as const), amount: fc.constant(0n) }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), amount: fc.constant(0n) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('of any history, a reading tells every charge and payment, or that only the logs tell; and nothing else is use', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const life = openLife()
      life.pay(20n)
      life.read()
      let isUsed = false
      // No claim of this wallet comes before a reading that shows its refund.
      const all = steps.flatMap<Step>((one) => (one.kind === 'wait' ? [READ, one] : [one]))
      for (const { kind, amount: wei } of [...all, READ]) {
        if (kind === 'charge' || kind === 'pay') isUsed ||= life[kind](wei)
        else life[kind](wei)
        if (kind !== 'read') continue
        const { uses, now } = life
        if (uses.unclear()) {
          const { from } = uses.unclear()!
          uses.learn({ since: from.timestamp, sinceBlock: from.number, until: now(), ...settlementsIn(life.events()) })
          expect(uses.unclear()).toBe(null)
        }
        expect([life.usedAt() > life.readBefore(), isUsed]).toEqual([isUsed, isUsed])
        isUsed = false
      }
    }),
    { numRuns: 500 },
  )
})

/** A sub-account that its wallet, another program and its provider change, and what readings make known of it. */
function openLife() {
  const world = createRefundWorld({ ...id, service: 'contract' })
  const own: { block: number; intent: Intent }[] = []
  let hidden: typeof own = []
  let before = 0
  let newest = 0
  const uses = createUses({
    minedIn: (from, to) => own.filter(({ block }) => block > from && block <= to).map(({ intent }) => intent),
    inFlight: () => hidden.map(({ intent }) => ({ intent, unresolved: false, nonceSpent: false, inDoubt: false })),
  })
  const sent = (intent: Intent) => void own.push({ block: world.now, intent })
  const life = {
    uses,
    now: () => world.now,
    events: () => world.events,
    lastAt: () => uses.of(KEY).lastAt,
    usedAt: () => uses.of(KEY).lastAt ?? -1,
    readBefore: () => before,
    pay(wei: bigint) {
      world.transfer(wei)
      sent(transferIntent(id, wei, rules))
      return true
    },
    payByAnother: (wei: bigint) => world.transfer(wei),
    charge(wei: bigint) {
      const { balance } = world.account
      world.charge(wei)
      return world.account.balance < balance
    },
    retrieve() {
      world.retrieve()
      sent({ ...retrieveIntent([id.provider], id.serviceType, ''), claim: 'claim' })
    },
    retrieveByAnother: () => world.retrieve(),
    putBack(wei: bigint) {
      world.transfer(wei)
      sent({ ...transferIntent(id, wei, rules), claim: 'claim' })
    },
    /** A retrieve, and what of it is put back. */
    reclaim(keep: bigint) {
      const { pendingRefund } = world.account
      life.retrieve()
      const queued = world.account.pendingRefund - pendingRefund
      const back = keep < queued ? keep : queued
      if (back > 0n) life.putBack(back)
    },
    wait: () => world.wait(),
    hide() {
      hidden = own.splice(1)
    },
    show() {
      own.push(...hidden)
      hidden = []
    },
    read() {
      world.now += 1
      before = newest
      newest = world.now
      uses.observe(world.position())
    },
  }
  return life
}

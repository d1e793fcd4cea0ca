import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BrokerEvent } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

type Told = Extract<BrokerEvent, { transaction: string | null }>

const action = fc.oneof(
  fc.record({ type: fc.constant('charge' as const), provider: fc.nat(2), milli: fc.integer({ min: 1, max: 1_500 }) }),
  fc.record({ type: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 600 }) }),
  fc.record({
    type: fc.constant('fail' as const),
    kind: fc.constantFrom('read', 'stale', 'broadcast', 'lost', 'late'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ type: fc.constant('pause' as const), provider: fc.nat(2), on: fc.boolean() }),
  fc.record({ type: fc.constant('deposit' as const) }),
  fc.record({ type: fc.constant('reorganise' as const), depth: fc.integer({ min: 1, max: 5 }) }),
)

test('whatever fails, each transaction is told to be sent once and to end once, and no hold is told twice in a row', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(action, { minLength: 5, maxLength: 25 }), async (seed, actions) => {
      await using sim = await createSimulatedBroker({ seed, providers: 3, pushesBlocks: false })
      const { broker, providers } = sim
      const events: BrokerEvent[] = []
      broker.events$.subscribe((event) => events.push(event))
      await sim.until(broker.ledger.addLedger('12'))
      for (const { address } of providers) broker.inference.startAutoFunding(address, { ...EXACT, unsettledFee: false })
      for (const one of actions) {
        const provider = 'provider' in one ? providers[one.provider] : undefined
        if (one.type === 'charge' && provider)
          sim.chain.spend(provider.address, broker.wallet, BigInt(one.milli) * 10n ** 15n)
        if (one.type === 'pass') await sim.advance(`${one.seconds}s`)
        if (one.type === 'fail') sim.fail(one.kind, one.times)
        if (one.type === 'pause' && provider && one.on) broker.inference.pauseAutoFunding(provider.address)
        if (one.type === 'pause' && provider && !one.on) broker.inference.resumeAutoFunding(provider.address)
        if (one.type === 'reorganise') sim.chain.reorganise(one.depth)
        if (one.type === 'deposit') broker.ledger.depositFund('1').catch(() => undefined)
      }
      sim.heal()
      await sim.advance('30m')
      for (const [id, told] of byTransaction(events)) {
        const types = told.map(({ type }) => type.replace(/^.*\./, ''))
        expect(
          types.filter((type) => type === 'sent'),
          id,
        ).toHaveLength(1)
        expect(types[0], id).toBe('sent')
        const ends = types.filter((type) => type === 'mined' || type === 'failed').length
        expect(ends - types.filter((type) => type === 'unmined').length, id).toBe(1)
      }
      const mined = broker.transactions().filter((actor) => actor.getSnapshot().value === 'mined')
      const told = events.filter(({ type }) => type.endsWith('.mined')).length
      expect(told - events.filter(({ type }) => type.endsWith('.unmined')).length).toBe(mined.length)
      for (const { address } of providers) {
        let held: string | null = null
        for (const event of events) {
          if (!('provider' in event) || event.provider !== address) continue
          if (event.type === 'top-up.held') {
            expect([event.before, event.reason === held]).toEqual([held, false])
            held = event.reason
          } else if (event.type === 'top-up.released' || event.type === 'top-up.decided') held = null
        }
      }
      const levels = events.filter(({ type }) => type.startsWith('ledger.') || type.startsWith('reading.'))
      for (const kind of ['ledger', 'reading']) {
        const own = levels.map(({ type }) => type).filter((type) => type.startsWith(kind))
        expect(own.filter((type, index) => type === own[index - 1])).toEqual([])
      }
    }),
    { numRuns: 30 },
  )
})

function byTransaction(events: readonly BrokerEvent[]): Map<string, Told[]> {
  const all = new Map<string, Told[]>()
  for (const event of events) {
    if (!('transaction' in event) || event.transaction === null) continue
    all.set(event.transaction, [...(all.get(event.transaction) ?? []), event])
  }
  return all
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createActor } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import {
  closingStep,
  gradeLedger,
  ledgerFacts,
  ledgerMachine,
  ledgerReadingOf,
  type LedgerFact,
  type LedgerReading,
} from '../../../machines/index.ts'
import { positions } from '../../support/positions.ts'

const input = { wallet: '0x' }
const limits = { maxProvidersPerBatch: 2 }

/** A position, and whether the ledger is being closed. */
const reading = fc
  .tuple(positions, fc.boolean())
  .map(([position, isWanted]) => ledgerReadingOf(position, isWanted ? closingStep(position, limits) : null))

const stateOf = (fact: LedgerFact, existed: boolean) =>
  ({
    'ledger.gone': existed ? 'closed' : 'absent',
    'ledger.open': 'open',
    'tokens.revocable': { closing: 'revoking' },
    'funds.retrievable': { closing: 'retrieving' },
    'refunds.locked': { closing: 'waiting' },
    'funds.home': { closing: 'withdrawing' },
    'ledger.empty': { closing: 'deleting' },
  })[fact]

test('folding the facts of any readings ends in the state of the last one, over legal edges only', () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 12 }), (readings) => {
      const actor = createActor(ledgerMachine, { input }).start()
      let before: LedgerFact = 'ledger.gone'
      let existed = false
      for (const one of readings) {
        for (const event of ledgerFacts(before, one)) {
          expect(actor.getSnapshot().can(event)).toBe(true)
          actor.send(event)
        }
        before = gradeLedger(one)
        existed ||= one.exists
        expect(actor.getSnapshot().value).toEqual(stateOf(before, existed))
        if (existed) expect(actor.getSnapshot().context.reading).toEqual(one)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('random positions show every fact, and every state is reachable', () => {
  const facts = new Set(fc.sample(reading, { numRuns: 2_000, seed: 1 }).map(gradeLedger))
  const one: LedgerReading = { exists: true, available: '0', total: '0', locked: '0', step: null, block: 1 }
  const paths = getShortestPaths(ledgerMachine, {
    input,
    events: [...facts].map((type) => ({ type, reading: one })),
    serializeState: ({ value }) => JSON.stringify(value),
  })
  const states = [
    'absent',
    'open',
    'closed',
    ...['revoking', 'retrieving', 'waiting', 'withdrawing', 'deleting'].map((closing) => ({ closing })),
  ]
  expect(paths.map(({ state }) => JSON.stringify(state.value)).toSorted()).toEqual(
    states.map((value) => JSON.stringify(value)).toSorted(),
  )
})

test('a snapshot survives JSON: it is persisted, inspected and sent to pages', () => {
  fc.assert(
    fc.property(reading, (one) => {
      const actor = createActor(ledgerMachine, { input }).start()
      for (const event of ledgerFacts('ledger.gone', one)) actor.send(event)
      const snapshot = actor.getPersistedSnapshot()
      const restored = createActor(ledgerMachine, {
        input,
        snapshot: JSON.parse(JSON.stringify(snapshot)) as typeof snapshot,
      }).start()
      expect(restored.getPersistedSnapshot()).toEqual(snapshot)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closingStep, type Position } from '../../../machines/index.ts'
import type { Inspected } from '../../../src/base/inspection.ts'
import { LedgerLife } from '../../../src/lifecycle/ledger-actor.ts'
import { SubAccountActors } from '../../../src/lifecycle/sub-account-actors.ts'
import { NOW, positions } from '../../support/positions.ts'

const wallet = '0x'
const limits = { maxProvidersPerBatch: 2 }

/** Where an inspector is attached, each actor runs, and hears each reading. */
const inspected: Inspected = () => ({ inspect: () => undefined })
const resting: Inspected = () => ({})

/** Positions of one wallet, with the level that its sub-accounts are graded by, what closing does, and when a caller looks. */
const histories = fc
  .array(
    fc.record({
      position: positions,
      required: fc.bigInt({ min: 0n, max: 6n }),
      isWanted: fc.boolean(),
      look: fc.constantFrom('snapshots' as const, 'actors' as const, null, null, null),
    }),
    { maxLength: 12 },
  )
  .map((steps) => steps.map((step, at) => ({ ...step, position: atBlock(step.position, at + 1) })))

test('charts of sub-accounts that rest show what running ones show, whenever a caller looks', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let required = 0n
      const [lazy, eager] = [resting, inspected].map((how) => new SubAccountActors(() => required, how))
      for (const { position, required: level, look } of history) {
        required = level
        lazy?.fold(position)
        eager?.fold(position)
        if (look === 'snapshots') expect(plain(lazy?.snapshots())).toEqual(plain(eager?.snapshots()))
        if (look === 'actors') expect(plain(snapshotsOf(lazy))).toEqual(plain(snapshotsOf(eager)))
      }
      lazy?.stop()
      eager?.stop()
      expect(plain(snapshotsOf(lazy))).toEqual(plain(snapshotsOf(eager)))
    }),
    { numRuns: 200 },
  )
})

test('the same of the ledger', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const [lazy, eager] = [resting, inspected].map((how) => new LedgerLife(wallet, how))
      for (const { position, isWanted, look } of history) {
        const step = isWanted ? closingStep(position, limits) : null
        lazy?.fold(position, step)
        eager?.fold(position, step)
        if (look) expect(plain(lazy?.actor.getSnapshot())).toEqual(plain(eager?.actor.getSnapshot()))
      }
      lazy?.stop()
      eager?.stop()
      expect(plain(lazy?.actor.getSnapshot())).toEqual(plain(eager?.actor.getSnapshot()))
    }),
    { numRuns: 200 },
  )
})

const snapshotsOf = (actors: SubAccountActors | undefined) => actors?.all().map((actor) => actor.getSnapshot())

const atBlock = (position: Position, number: number): Position => ({ ...position, block: { number, timestamp: NOW } })

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type ClosingStatus } from '../../../src/index.ts'
import type { Position } from '../../../machines/position.types.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { bentWorld } from '../../support/bent-world.ts'

test('one reading without a ledger ends no closing: it goes on, says what it waits for, and brings all of it home', async () => {
  await using world = closingWorld()
  const { broker, seen, closed, bend } = await world.begin()
  bend.with = ({ ledger: _ledger, ...rest }) => ({ ...rest, ledger: null, subAccounts: [] })
  await world.until(broker.position())
  expect([broker.ledger.isClosing, broker.ledger.closingStatus()]).toMatchObject([
    true,
    { state: 'waiting', hold: 'end-unproven', home: 0n, locked: 0n, subAccounts: 0 },
  ])
  bend.with = null
  await world.until(broker.position())
  expect(broker.ledger.closingStatus()).toMatchObject({ hold: null, locked: og('2'), subAccounts: 1 })
  await world.until(closed)
  expect([world.position().ledger, seen.has('end-unproven')]).toEqual([null, true])
})

test('one reading whose sub-accounts are missing ends no closing as stuck', async () => {
  await using world = closingWorld()
  const { broker, closed, bend } = await world.begin()
  bend.with = ({ ledger, ...rest }) => ({ ...rest, subAccounts: [], ledger: ledger && { ...ledger, available: 0n } })
  await world.until(broker.position())
  expect([broker.ledger.isClosing, broker.ledger.closingStatus()]).toMatchObject([
    true,
    { step: { type: 'stuck' }, hold: 'end-unproven' },
  ])
  bend.with = null
  await world.until(closed)
  expect(world.position().ledger).toBeNull()
})

test('readings that differ, or that repeat one block for less than ten minutes, prove no end', async () => {
  await using world = closingWorld()
  const { broker, bend } = await world.begin()
  const gone = ({ ledger: _ledger, ...rest }: Position) => ({ ...rest, ledger: null, subAccounts: [] })
  for (const lie of [gone, null, gone, null, gone, null]) {
    bend.with = lie
    await world.advance(10)
    await world.until(broker.position())
  }
  expect(broker.ledger.isClosing).toBe(true)
  const { block } = await world.until(broker.position())
  bend.with = (position) => gone({ ...position, block })
  await world.advance(500)
  expect(broker.ledger.isClosing).toBe(true)
  await world.advance(200)
  expect(broker.ledger.isClosing).toBe(false)
})

test('a ledger that another program closed ends the closing once several readings agree, and not before', async () => {
  await using world = closingWorld()
  const { broker, journal } = await world.begin()
  await broker.close()
  const other = await world.open()
  await world.until(other.ledger.closeLedger())
  await other.close()
  const next = await world.open({ journal })
  await world.until(next.position())
  expect([world.position().ledger, next.ledger.isClosing]).toEqual([null, true])
  // The receipt is that of the closing's own last transaction.
  expect(await world.until(next.ledger.closeLedger())).toMatchObject({ status: 1, success: true })
  expect(next.ledger.isClosing).toBe(false)
})

/** A ledger of 5 OG with 2 of them at a provider that is being closed. */
function closingWorld() {
  const world = bentWorld()
  return {
    ...world,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
    async begin() {
      const bend: { with: ((position: Position) => Position) | null } = { with: null }
      const journal = memoryJournal()
      const broker = await world.open({
        journal,
        bend: (connected: Connected): Connected => ({
          ...connected,
          readPosition: async () => {
            const position = await connected.readPosition()
            return bend.with?.(position) ?? position
          },
        }),
      })
      await world.until(broker.ledger.addLedger('5'))
      await world.until(broker.ledger.transferFund(world.provider, 'inference', '2'))
      const seen = new Set<ClosingStatus['hold']>()
      const closed = broker.ledger.closeLedger({ onProgress: ({ hold }) => void seen.add(hold) })
      closed.catch(() => undefined)
      await world.advance(60)
      return { broker, journal, seen, closed, bend }
    },
  }
}

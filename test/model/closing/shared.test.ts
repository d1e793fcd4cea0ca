import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

test('a ledger that one broker of a wallet closes is not opened again by the auto-deposit of another', async () => {
  await using world = bentWorld({ inference: 1 })
  const journal = memoryJournal()
  const first = await world.open({ journal })
  const second = await world.open({ journal })
  await world.until(first.ledger.addLedger('10'))
  second.ledger.startAutoDeposit({ trigger: '5', target: '8' })
  await world.advance(60)
  await world.until(first.ledger.closeLedger())
  await world.advance(4 * 3_600)
  expect(world.position().ledger).toBeNull()
})

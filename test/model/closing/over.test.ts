import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type Journal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

test('a ledger that was opened after a closing stays open, though its end was lost and many transactions came since', async () => {
  await using world = bentWorld()
  const records = memoryJournal()
  // The process is lost at this record.
  const journal: Journal = {
    ...records,
    append: (record) => (record.type === 'closing-ended' ? new Promise(() => undefined) : records.append(record)),
  }
  const first = await world.open({ journal })
  await world.until(first.ledger.addLedger('5'))
  first.ledger.closeLedger().catch(() => undefined)
  await world.advance(60)
  expect(world.position().ledger).toBeNull()
  await first.close()

  const other = await world.open()
  await world.until(other.ledger.addLedger('5'))
  await other.close()

  const next = await world.open({ journal: records })
  for (let at = 0; at <= 1_000; at += 1) await world.until(next.ledger.updateAdditionalInfo(`${at}`))
  next.positions$.subscribe()
  await world.advance(300)
  expect([world.position().ledger?.total, next.ledger.isClosing]).toEqual([og('5'), false])
})

test('a ledger stays open whose predecessor another program closed, though the disk was full when the broker saw that', async () => {
  await using world = bentWorld()
  const [provider] = world.chain.providers.map(({ address }) => address) as [string]
  const records = memoryJournal()
  let isFull = false
  const journal: Journal = {
    ...records,
    append: (record) => (isFull ? Promise.reject(new Error('no space left on device')) : records.append(record)),
  }
  const first = await world.open({ journal })
  await world.until(first.ledger.addLedger('5'))
  await world.until(first.ledger.transferFund(provider, 'inference', '2'))
  first.ledger.closeLedger().catch(() => undefined)
  await world.advance(60)
  await first.close()
  const other = await world.open()
  await world.until(other.ledger.closeLedger())
  await other.close()

  const second = await world.open({ journal })
  isFull = true
  const reading = second.positions$.subscribe()
  await world.advance(60)
  reading.unsubscribe()
  expect(second.ledger.isClosing).toBe(false)
  await expect(world.until(second.ledger.addLedger('5'))).rejects.toThrow('could not be recorded')
  isFull = false
  await world.until(second.ledger.addLedger('5'))
  await second.close()

  const next = await world.open({ journal })
  next.positions$.subscribe()
  await world.advance(300)
  expect([world.position().ledger?.total, next.ledger.isClosing]).toEqual([og('5'), false])
})

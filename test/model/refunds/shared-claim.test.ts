import { expect, test } from 'vitest'
import { parseEther as og } from 'ethers'
import { AbortedError, memoryJournal } from '../../../src/index.ts'
import { awaySigner, claimable } from '../../support/claimable.ts'

test('a claim whose broker closes is brought to its end, once, by another broker that shares the lane', async () => {
  const records = memoryJournal()
  const journal = { ...records, place: 'shared-claim' }
  let isAway = false
  const { world, broker, provider, bend } = await claimable(awaySigner(() => isAway))
  await broker.close()
  isAway = true
  const first = await world.open({ journal, bend })
  const second = await world.open({ journal })
  const claim = first.ledger.claimRefunds(provider, 'inference')
  claim.catch(() => undefined)
  // The retrieve has locked what was free; the signer does not answer for the put-back.
  await world.advance(60)
  const freeThere = () => world.position().subAccounts[0]?.available
  expect(freeThere()).toBe(0n)

  isAway = false
  await world.until(first.close())
  const ended = await world.until(claim.catch((error: unknown) => error))
  expect(ended).toBeInstanceOf(AbortedError)
  await world.advance(600)
  expect(freeThere()).toBe(og('2'))
  const operations = second.transactions().map((actor) => actor.getSnapshot().context.operation)
  expect(operations).toEqual(['retrieveFund', 'transferFund'])
  expect(records.records.map(({ type }) => type).filter((type) => type.startsWith('claiming'))).toEqual([
    'claiming',
    'claiming-ended',
  ])
  await second.close()
})

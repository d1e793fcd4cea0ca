import { expect, test } from 'vitest'
import { parseEther as og } from 'ethers'
import { AbortedError, JournalError, memoryJournal, PutBackPendingError } from '../../../src/index.ts'
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

test('a broker that closes while the journal does not answer leaves its claim to another one, for the time after the outage', async () => {
  const records = memoryJournal()
  let outage: Error | null = null
  const journal = {
    ...records,
    place: 'claim-in-outage',
    refusal: () => outage,
    append: (record: Parameters<typeof records.append>[0]) =>
      outage ? Promise.reject(outage) : records.append(record),
  }
  let isAway = false
  const { world, broker, provider, bend } = await claimable(awaySigner(() => isAway))
  await using _ = world
  await broker.close()
  isAway = true
  const first = await world.open({ journal, bend })
  await world.open({ journal })
  first.ledger.claimRefunds(provider, 'inference').catch(() => undefined)
  await world.advance(60)
  outage = new JournalError('The database does not answer.', {}, { retryable: true })
  await world.until(first.close())
  await world.advance(60)
  expect(world.position().subAccounts).toMatchObject([{ available: 0n, pendingRefund: og('2') }])
  outage = null
  await world.advance(60)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('a retrieve by force gives up the put-back of another broker that shares the lane', async () => {
  const journal = { ...memoryJournal(), place: 'forced-elsewhere' }
  let isAway = false
  const { world, broker, provider, bend } = await claimable(awaySigner(() => isAway))
  await using _ = world
  await broker.close()
  isAway = true
  const first = await world.open({ journal, bend })
  const second = await world.open({ journal })
  const claimed = first.ledger.claimRefunds()
  await world.advance(20)
  await expect(second.ledger.retrieveFundFromProvider(provider, 'inference')).rejects.toThrow(PutBackPendingError)
  const forced = second.ledger.retrieveFundFromProvider(provider, 'inference', { force: true })
  await expect(world.until(forced)).rejects.toMatchObject({ name: 'NothingToRetrieveError', facts: { locked: '2 OG' } })
  expect(await world.until(claimed)).toMatchObject({ claimed: og('2'), putBack: 0n })
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal, type Journal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

test.each(['the same broker', 'another program'])(
  'a refund that %s requests after a claim stays, though the journal lacks the end of the claim',
  async (who) => {
    await using world = bentWorld()
    const [provider] = world.chain.providers.map(({ address }) => address) as [string]
    const records = memoryJournal()
    const journal: Journal = {
      ...records,
      append: (record) =>
        record.type === 'claiming-ended' ? Promise.reject(new Error('no space left')) : records.append(record),
    }
    const first = await world.open({ journal })
    await world.until(first.ledger.addLedger('10'))
    await world.until(first.ledger.transferFund(provider, 'inference', '2'))
    await world.until(first.ledger.retrieveFundFromProvider(provider, 'inference'))
    await world.advance(3_700)
    // Nothing is free there: there is nothing to put back.
    const { claimed, putBack } = await world.until(first.ledger.claimRefunds(provider, 'inference'))
    expect([claimed, putBack]).toEqual([og('2'), 0n])

    if (who === 'another program') await first.close()
    const { ledger } = who === 'another program' ? await world.open() : first
    await world.until(ledger.transferFund(provider, 'inference', '3'))
    await world.until(ledger.retrieveFundFromProvider(provider, 'inference'))
    await first.close()
    const wish = world.position().subAccounts
    expect(wish).toMatchObject([{ pendingRefund: og('3'), available: 0n }])

    await world.open({ journal: records })
    await world.advance(60)
    expect(world.position().subAccounts).toEqual(wish)
    expect(records.records.at(-1)?.type).toBe('claiming-ended')
  },
)

test('a claim puts back what it has locked also where a reorganisation takes its retrieve back in between', async () => {
  await using world = bentWorld()
  const [provider] = world.chain.providers.map(({ address }) => address) as [string]
  const inner = memoryJournal()
  let isReorganised = true
  const { ledger } = await world.open({
    journal: {
      ...inner,
      append(record) {
        if (record.type === 'mined' && !isReorganised) world.chain.reorganise(1)
        if (record.type === 'mined') isReorganised = true
        return inner.append(record)
      },
    },
  })
  await world.until(ledger.addLedger('10'))
  await world.until(ledger.transferFund(provider, 'inference', '4'))
  await world.until(ledger.retrieveFundFromProvider(provider, 'inference'))
  await world.advance(3_700)
  // Takes as much from the refund: 1 is left of it, and unlocked.
  await world.until(ledger.transferFund(provider, 'inference', '3'))
  isReorganised = false
  const { putBack } = await world.until(ledger.claimRefunds())
  expect(putBack).toBe(og('3'))
  expect(inner.records.some(({ type }) => type === 'unmined')).toBe(true)
  expect(world.position().subAccounts).toMatchObject([{ available: og('3'), pendingRefund: 0n }])
})

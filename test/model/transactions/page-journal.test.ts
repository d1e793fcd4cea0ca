import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { pageJournal } from '../../../src/transactions/page-journal.ts'
import { bentWorld } from '../../support/bent-world.ts'

test('a broker of a page without a store finds what an earlier one of the page left on its way, and pays nothing twice', async () => {
  await using world = bentWorld()
  const owner = { chainId: 31_337n, genesis: '0x9a9e', wallet: world.wallet }
  const first = await world.open({ journal: pageJournal(owner) })
  await world.until(first.ledger.addLedger('10'))
  world.chain.setAutomine(false)
  first.inference.ensureFunded(world.provider, '2').catch(() => undefined)
  await world.advance(0)
  await first.close()

  const second = await world.open({ journal: pageJournal(owner) })
  expect(second.transactions().map((actor) => actor.getSnapshot().value)).toEqual(['mined', 'broadcast'])
  expect(await world.until(second.inference.ensureFunded(world.provider, '2'))).toBeNull()
  expect(world.position()).toMatchObject({ ledger: { available: og('8') }, subAccounts: [{ available: og('2') }] })
})

test('each wallet of a page, and each chain, has a journal of its own', () => {
  const owner = { chainId: 31_337n, wallet: '0xa' }
  expect(pageJournal(owner)).toBe(pageJournal({ ...owner, genesis: undefined }))
  const others = [
    { ...owner, wallet: '0xb' },
    { ...owner, chainId: 1n },
    { ...owner, genesis: '0x1' },
  ]
  expect(new Set([owner, ...others].map(pageJournal)).size).toBe(4)
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Connected } from '../../../src/chain/connect.ts'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

/** A node that shows nothing of old transactions, and names a head far too high while the test says so. */
function forgetful() {
  const node = { isForgetful: false, isLying: false }
  const bend = (connected: Connected): Connected => {
    const { transactions: port } = connected
    if (!port) return connected
    return {
      ...connected,
      transactions: {
        ...port,
        mined: (hash) => (node.isForgetful ? Promise.resolve(null) : port.mined(hash)),
        knows: () => Promise.reject(new Error('transaction indexing is in progress')),
        spender: () => Promise.resolve('not-kept'),
        head: async () => (await port.head()) + (node.isLying ? 10 ** 9 : 0),
      },
    }
  }
  return { node, bend }
}

test('a head that a node names far too high while a person resolves a transaction by its hash stops no reading, also after a restart', async () => {
  await using world = bentWorld()
  const { node, bend } = forgetful()
  const opening = { journal: memoryJournal(), bend }
  const first = await world.open(opening)
  await world.until(first.ledger.addLedger('20'))
  node.isForgetful = true
  const transfer = first.ledger.transferFund(world.provider, 'inference', '2')
  await world.advance(60)
  const { id = '', hash } = first.transactions().at(-1)?.getSnapshot().context ?? {}
  node.isLying = true
  await first.resolveIntent(id, { hash: hash ?? '' })
  node.isLying = false
  expect(await transfer).toMatchObject({ success: true })
  expect(await world.until(first.position())).toMatchObject({ subAccounts: [{ available: og('2') }] })
  await first.close()
  const second = await world.open(opening)
  expect(await world.until(second.position())).toMatchObject({ subAccounts: [{ available: og('2') }] })
})

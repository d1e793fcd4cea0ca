import { expect, test } from 'vitest'
import type { Connected } from '../../../src/chain/connect.ts'
import { ClosingCancelledError, memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

/** A node that, while it is forgetful, shows no receipt of a transaction and not what spent its nonce. */
function forgetful() {
  const node = { isForgetful: false }
  /** Transactions whose receipts it has shown: it keeps those. */
  const shown = new Set<string>()
  const bend = (connected: Connected): Connected => {
    const { transactions: port } = connected
    if (!port) return connected
    return {
      ...connected,
      transactions: {
        ...port,
        async mined(hash) {
          const mined = node.isForgetful && !shown.has(hash) ? null : await port.mined(hash)
          if (mined) shown.add(hash)
          return mined
        },
        knows: (hash) => (node.isForgetful ? Promise.resolve(false) : port.knows(hash)),
        spender: (nonce) => (node.isForgetful ? Promise.resolve('not-kept') : port.spender(nonce)),
      },
    }
  }
  return { node, bend }
}

const SPENT = 'The nonce of an earlier transaction of this ledger is spent, and the node does not show by what.'
const inDoubt = { name: 'InDoubtError', shortMessage: SPENT }

test('a call that a transaction of an earlier process keeps waiting is told once only a person can tell what became of it', async () => {
  await using world = bentWorld()
  const { node, bend } = forgetful()
  const journal = memoryJournal()
  const first = await world.open({ journal, bend })
  await world.until(first.ledger.addLedger('20'))
  node.isForgetful = true
  first.ledger.transferFund(world.provider, 'inference', '2').catch(() => undefined)
  await world.advance(1)
  await first.close()
  const broker = await world.open({ journal, bend })
  await expect(world.until(broker.ledger.refund('1'))).rejects.toMatchObject(inDoubt)
  const { id = '', hash } = broker.transactions().at(-1)?.getSnapshot().context ?? {}
  await broker.resolveIntent(id, { hash: hash ?? '' })
  node.isForgetful = false
  expect(await world.until(broker.ledger.refund('1'))).toMatchObject({ success: true })
})

test('a closing that a step keeps waiting says so, and is cancelled without it', async () => {
  await using world = bentWorld()
  const { node, bend } = forgetful()
  const broker = await world.open({ bend })
  await world.until(broker.ledger.addLedger('20'))
  await world.until(broker.ledger.transferFund(world.provider, 'inference', '2'))
  node.isForgetful = true
  const closed = broker.ledger.closeLedger()
  closed.catch(() => undefined)
  await world.advance(300)
  expect(broker.ledger.closingStatus()).toMatchObject({ hold: 'nonce-spent' })
  expect(await world.until(broker.ledger.cancelClosing())).toMatchObject({ locked: [{ provider: world.provider }] })
  await expect(closed).rejects.toThrow(ClosingCancelledError)
})

test('a closing whose last step is in doubt is not cancelled, and says how it ends', async () => {
  await using world = bentWorld()
  const { node, bend } = forgetful()
  const broker = await world.open({ bend })
  await world.until(broker.ledger.addLedger('20'))
  node.isForgetful = true
  const closed = broker.ledger.closeLedger()
  closed.catch(() => undefined)
  await world.advance(300)
  await expect(world.until(broker.ledger.cancelClosing())).rejects.toMatchObject({
    facts: { do: 'call resolveIntent(id) with its hash or "not-sent", then cancel again' },
  })
  const { id = '', hash } = broker.transactions().at(-1)?.getSnapshot().context ?? {}
  await broker.resolveIntent(id, { hash: hash ?? '' })
  expect(await world.until(closed)).toMatchObject({ success: true })
})

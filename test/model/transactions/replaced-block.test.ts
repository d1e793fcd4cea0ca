import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Connected } from '../../../src/chain/connect.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

/** A broker that has just paid a top-up of 2 OG, of the 3 OG that its budget allows, and another program with the key. */
async function paid() {
  const world = bentWorld()
  const asked = { receipts: 0, blocks: 0 }
  const bend = (connected: Connected): Connected => {
    const { transactions: port } = connected
    if (!port) return connected
    const mined: typeof port.mined = (hash) => ((asked.receipts += 1), port.mined(hash))
    const blockHash: typeof port.blockHash = (number) => ((asked.blocks += 1), port.blockHash(number))
    return { ...connected, transactions: { ...port, mined, blockHash } }
  }
  const other = await world.open({ intervalMs: 3_600_000 })
  await world.until(other.ledger.addLedger('20'))
  await world.advance(60)
  const broker = await world.open({ intervalMs: 1_000, budget: { amount: '3', per: '1d' }, bend })
  broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(0.5)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
  const states = () => broker.transactions().map((one) => String(one.getSnapshot().value))
  return { world, broker, other, asked, states }
}

test('a payment whose nonce another program has after a reorganisation is not paid, counts in no budget, and is made anew', async () => {
  const { world, broker, other, states } = await paid()
  await using _ = world
  await world.advance(2)
  // The nonce stays spent at every reading: the count does not tell by whom.
  world.chain.reorganise(4, { forget: true })
  await world.until(other.ledger.depositFund('1'))
  await world.advance(120)
  expect(states()).toEqual(['superseded', 'mined'])
  expect([world.position().subAccounts, broker.foreignTransactions() >= 1]).toMatchObject([
    [{ available: og('2') }],
    true,
  ])
})

test('a payment that a reorganisation moves into another block stays paid, and is not sent again', async () => {
  const { world, states } = await paid()
  await using _ = world
  await world.advance(2)
  world.chain.reorganise(4)
  await world.advance(120)
  expect([states(), world.position().subAccounts]).toMatchObject([['mined'], [{ available: og('2') }]])
})

test('a payment costs one more query of its receipt, and one of its block at each reading until it is final', async () => {
  const { world, asked } = await paid()
  await using _ = world
  await world.advance(5)
  const before = asked.receipts
  await world.advance(60)
  const { blocks } = asked
  await world.advance(60)
  expect([asked.receipts - before, asked.blocks - blocks, blocks <= 16]).toEqual([0, 0, true])
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Connected } from '../../../src/chain/connect.ts'
import { memoryJournal, RefusedError } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { createLyingNode } from '../../support/lying-node.ts'
import { EXACT } from '../../support/exact.ts'

/** What a node's nonce counts are too high or too low by, and where the lying node has it. */
const LEAPS = { 1: 0, 5: 1, 1_000_000: 2, '-1': 3, '-3': 4, '-1000000': 5 } as const
const wrong = Object.entries(LEAPS).flatMap(([by, index]) =>
  (['once', 4] as const).map((seconds) => [by, seconds, index] as const),
)

/** A ledger of 20 OG; auto-funding starts, and the node lies about nonce counts from then on. */
async function lied({ index, seconds }: { index: number; seconds: number | 'once' }, isWallet = false) {
  const world = bentWorld()
  const node = createLyingNode(world.clock)
  const journal = memoryJournal()
  const sent: number[] = []
  let refuses = false
  const bend = (connected: Connected): Connected => {
    const bent = node.bend(connected)
    const port = bent.transactions
    if (!port || !isWallet) return bent
    const send: typeof port.send = async (call, how) => {
      if (refuses && call.method === 'fillNonce') {
        sent.push(how.nonce)
        throw new RefusedError('The wallet refused to send.', {})
      }
      return port.send(call, how)
    }
    return { ...bent, transactions: { ...port, sign: null, send } }
  }
  const broker = await world.open({ journal, bend, intervalMs: 1_000 })
  await world.until(broker.ledger.addLedger('20'))
  node.tell({ subject: 'nonceCount', index, seconds })
  broker.inference.startAutoFunding(world.provider, EXACT)
  const types = () => journal.records.map(({ type }) => type)
  const operations = () => broker.transactions().map((one) => one.getSnapshot().context.operation)
  return { world, broker, types, operations, sent, refuse: () => void (refuses = true) }
}

test.for(wrong)(
  'nonce counts that are wrong by %s (told: %s) pay a top-up once, and within two minutes',
  async ([, seconds, index]) => {
    const { world, broker, operations } = await lied({ index, seconds })
    await using _ = world
    await world.advance(120)
    expect(world.position()).toMatchObject({ ledger: { available: og('18') }, subAccounts: [{ available: og('2') }] })
    expect(broker.transactions().filter((one) => one.getSnapshot().hasTag('open'))).toEqual([])
    expect(operations().filter((one) => one === 'fillNonce').length).toBeLessThanOrEqual(5)
  },
)

test('a count that denies a receipt which the node still has gives the reading up, and takes no receipt back', async () => {
  const { world, broker, types } = await lied({ index: LEAPS['-1'], seconds: 1 })
  await using _ = world
  await world.advance(0.5)
  expect(broker.positions$.status.error?.message).toContain('The node contradicts itself about a transaction.')
  await world.advance(30)
  expect(types()).not.toContain('unmined')
  expect(broker.positions$.status.error).toBeNull()
})

test('a gap that a wallet which signs by sending was led into is filled by that wallet', async () => {
  const { world, operations } = await lied({ index: LEAPS[1], seconds: 8 }, true)
  await using _ = world
  await world.advance(60)
  expect(operations()).toEqual(['addLedger', 'transferFund', 'fillNonce'])
  expect(world.position().subAccounts).toMatchObject([{ available: og('2') }])
})

test('a person who refuses to fill a gap is asked once', async () => {
  const { world, sent, refuse } = await lied({ index: LEAPS[1], seconds: 8 }, true)
  await using _ = world
  refuse()
  await world.advance(300)
  expect(sent).toEqual([1])
})

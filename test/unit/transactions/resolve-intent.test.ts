import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TransactionPort } from '../../../src/chain/port.ts'
import type { Logger } from '../../../src/base/logger.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { topUp } from '../../support/lane-world.ts'
import { laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The hash of the first transaction that a scripted port signs. */
const OWN = `0x${'0'.repeat(63)}1`

/** A top-up of 7 wei whose nonce is spent, on a node that keeps neither old blocks nor old transactions. */
async function lost(more: Partial<TransactionPort> = {}, journal = memoryJournal()) {
  const port = scriptedPort({
    knows: () => Promise.reject(new Error('transaction indexing is in progress')),
    spender: () => Promise.resolve('not-kept'),
    ...more,
  })
  const warnings: string[] = []
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_, message) => void warnings.push(message),
    error: () => undefined,
  }
  const lane = laneOn(port, { logger, journal })
  const outcome = lane.submit(topUp('0xa', 7n)).catch((error: Error) => error)
  await vi.advanceTimersByTimeAsync(0)
  port.spent = 1
  const context = () => lane.transactions()[0]?.getSnapshot()
  return { port, lane, outcome, warnings, id: context()?.context.id ?? '', state: () => context()?.value }
}

test('a sent intent whose nonce is spent, on a node that cannot show by what, is resolved by a person, and counts nowhere', async () => {
  const { lane, outcome, warnings, id, state } = await lost()
  await vi.advanceTimersByTimeAsync(600_000)
  expect([state(), lane.payments().length]).toEqual(['broadcast', 1])
  expect(warnings).toEqual([
    'the nonce is spent, and the node does not show by what; if that lasts, call resolveIntent',
  ])
  await lane.resolve(id, 'not-sent')
  expect(await outcome).toMatchObject({
    name: 'SupersededError',
    message: expect.stringContaining('If this transaction was mined, no budget counts what it paid') as string,
  })
  expect([state(), lane.payments(), lane.inFlight()]).toEqual(['superseded', [], []])
  await lane.close()
})

test('a node that counts nonces at its latest block alone shows enough to resolve it', async () => {
  const { port, lane, outcome, id, state } = await lost()
  const { transactionCount } = port
  port.transactionCount = (block) =>
    typeof block === 'number' ? Promise.reject(new Error('missing trie node')) : transactionCount(block)
  await vi.advanceTimersByTimeAsync(600_000)
  await lane.resolve(id, 'not-sent')
  expect(await outcome).toMatchObject({ name: 'SupersededError' })
  expect(state()).toBe('superseded')
  await lane.close()
})

test('by its own hash it is resolved as mined, and stays so', async () => {
  const { port, lane, outcome, id, state } = await lost()
  await vi.advanceTimersByTimeAsync(60_000)
  const [hash = ''] = port.sent
  await lane.resolve(id, { hash })
  expect(await outcome).toMatchObject({ transactionHash: hash, success: true })
  await lane.confirm(await port.head())
  await vi.advanceTimersByTimeAsync(60_000)
  expect([state(), lane.payments().map(({ amount }) => amount), lane.inFlight()]).toEqual(['mined', [7n], []])
  await lane.close()
})

test('a receipt that is found while a person resolves the intent stays its end in the journal', async () => {
  const journal = memoryJournal()
  let answer = (): void => undefined
  let isSlow = false
  const spender = () =>
    isSlow
      ? new Promise<'not-kept'>((resolve) => (answer = () => resolve('not-kept')))
      : Promise.resolve('not-kept' as const)
  const { port, lane, outcome, id, state } = await lost({ spender }, journal)
  await vi.advanceTimersByTimeAsync(60_000)
  isSlow = true
  const resolving = lane.resolve(id, 'not-sent').catch((error: Error) => error)
  await vi.advanceTimersByTimeAsync(0)
  const last = answer
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  await vi.advanceTimersByTimeAsync(60_000)
  answer()
  last()
  expect(await resolving).toMatchObject({ message: expect.stringContaining('no open intent') as string })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([state(), await outcome]).toMatchObject(['mined', { transactionHash: hash }])
  expect(journal.records.filter((one) => one.id === id).map(({ type }) => type)).toEqual(['prepared', 'mined'])
  await lane.close()
})

test('of a node that does not answer for the receipt it is not resolved as not sent, and by its hash it is', async () => {
  let isSilent = false
  const mined = () => (isSilent ? Promise.reject(new Error('429 too many requests')) : Promise.resolve(null))
  const { port, lane, outcome, id, state } = await lost({ mined })
  await vi.advanceTimersByTimeAsync(60_000)
  isSilent = true
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow(
    'The node does not say whether this transaction was mined.',
  )
  expect([state(), lane.payments().map(({ amount }) => amount)]).toEqual(['broadcast', [7n]])
  const [hash = ''] = port.sent
  await lane.resolve(id, { hash })
  expect(await outcome).toMatchObject({ transactionHash: hash })
  expect(lane.payments().map(({ amount }) => amount)).toEqual([7n])
  await lane.close()
})

test('of a node that does not answer what spent the nonce it is not resolved as not sent; of one that keeps no old blocks, it is', async () => {
  let isDown = true
  const spender = () => (isDown ? Promise.reject(new Error('503')) : Promise.resolve('not-kept' as const))
  const { lane, outcome, warnings, id, state } = await lost({ spender })
  await vi.advanceTimersByTimeAsync(60_000)
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow(
    'The node does not say whether this transaction was mined.',
  )
  expect(state()).toBe('broadcast')
  isDown = false
  warnings.length = 0
  await vi.advanceTimersByTimeAsync(60_000)
  expect(warnings).toEqual([
    'the nonce is spent, and the node does not show by what; if that lasts, call resolveIntent',
  ])
  await lane.resolve(id, 'not-sent')
  expect(await outcome).toMatchObject({ name: 'SupersededError' })
  await lane.close()
})

/** The lie of a node in one answer, or a true one. */
const lies = (honest: number, lie: number, isLying: () => boolean) => () => Promise.resolve(isLying() ? lie : honest)

test.each([
  ['that may still be mined', {}, 0, 60_000],
  ['that the node may only not show yet', {}, 1, 100],
  ['whose nonce was spent only just', {}, 1, 10_000],
  [
    'whose nonce the node shows to be that of another transaction',
    {
      spender: () =>
        Promise.resolve({ transactionHash: '0xff', blockNumber: 1, depth: 1, to: null, data: '0x', value: 0n }),
    },
    1,
    60_000,
  ],
  [
    'whose nonce the node does not count as spent in a final block',
    { head: () => Promise.reject(new Error()) },
    1,
    60_000,
  ],
] as const)('a person cannot resolve a sent intent %s', async (_, more, spent, ms) => {
  const { port, lane, id, state } = await lost(more)
  port.spent = spent
  await vi.advanceTimersByTimeAsync(ms)
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow(
    /This intent was sent; it is followed to its end\.|The node does not say whether this transaction was mined\./,
  )
  expect(state()).toBe('broadcast')
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  await lane.close()
})

test('a person cannot resolve a sent intent whose nonce a node counts as spent at that moment only', async () => {
  let isLying = false
  const { port, lane, id, state } = await lost({ transactionCount: lies(0, 1, () => isLying) })
  port.spent = 0
  await vi.advanceTimersByTimeAsync(60_000)
  isLying = true
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow('This intent was sent; it is followed to its end.')
  await vi.advanceTimersByTimeAsync(3_000)
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow('This intent was sent; it is followed to its end.')
  expect([state(), lane.inFlight().length]).toEqual(['broadcast', 1])
  await lane.close()
})

test.each([
  ['knows its hash', { knows: () => Promise.resolve(true) }],
  [
    'shows it in a block',
    {
      spender: () =>
        Promise.resolve({ transactionHash: OWN, blockNumber: 1, depth: 99, to: null, data: '0x', value: 0n }),
    },
  ],
] as const)(
  'a sent intent without a receipt on a node that %s is not resolved as not sent, and by its hash it is',
  async (_, more) => {
    const { lane, outcome, warnings, id, port } = await lost(more)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(warnings).toHaveLength(1)
    await expect(lane.resolve(id, 'not-sent')).rejects.toMatchObject({
      facts: { do: 'resolve it by its hash, because the node has the transaction' },
    })
    expect(port.sent[0]).toBe(OWN)
    await lane.resolve(id, { hash: OWN })
    expect(await outcome).toMatchObject({ transactionHash: OWN, success: true })
    await lane.close()
  },
)

test('a nonce that is spent without a transaction ends its intent once that block is final, and not on a node that keeps no old blocks', async () => {
  const without = { transactionHash: null, blockNumber: 5, depth: 20 }
  let isKept = false
  const spender = () => Promise.resolve(isKept ? without : ('not-kept' as const))
  const { lane, outcome, state } = await lost({ spender, knows: () => Promise.resolve(false) })
  // Hours of downtime: more blocks than a node is searched for.
  await vi.advanceTimersByTimeAsync(600_000)
  expect([state(), lane.payments().length]).toEqual(['broadcast', 1])
  isKept = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(state()).toBe('broadcast')
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await outcome).toMatchObject({
    message: expect.stringContaining('nonce 0 was spent without a transaction of the wallet') as string,
  })
  await lane.close()
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TransactionPort } from '../../../src/chain/port.ts'
import { ReadError } from '../../../src/base/errors.ts'
import type { Logger } from '../../../src/base/logger.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { topUp } from '../../support/lane-world.ts'
import { laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A top-up of 7 wei whose nonce is spent, on a node that keeps neither old blocks nor old transactions. */
async function lost(more: Partial<TransactionPort> = {}, journal = memoryJournal()) {
  const port = scriptedPort({ knows: () => Promise.reject(new Error('transaction indexing is in progress')), ...more })
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
    isSlow ? new Promise<null>((resolve) => (answer = () => resolve(null))) : Promise.resolve(null)
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
  const spender = () =>
    Promise.reject(new ReadError(isDown ? 'The chain could not be read.' : 'Not kept.', {}, { retryable: isDown }))
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

test.each([
  ['that may still be mined', {}, 0, 60_000],
  ['that the node may only not show yet', {}, 1, 100],
  [
    'whose nonce the node shows to be that of another transaction',
    {
      spender: () =>
        Promise.resolve({ transactionHash: '0xff', blockNumber: 1, depth: 1, to: null, data: '0x', value: 0n }),
    },
    1,
    60_000,
  ],
] as const)('a person cannot resolve a sent intent %s', async (_, more, spent, ms) => {
  const { port, lane, id, state } = await lost(more)
  port.spent = spent
  await vi.advanceTimersByTimeAsync(ms)
  await expect(lane.resolve(id, 'not-sent')).rejects.toThrow('This intent was sent; it is followed to its end.')
  expect(state()).toBe('broadcast')
  const [hash = ''] = port.sent
  port.receipts.set(hash, receiptOf(hash, 5))
  await lane.close()
})

import { expect, test } from 'vitest'
import { createUnknownPending } from '../../../src/transactions/unknown-pending.ts'
import { deposit, laneOn, scriptedPort } from '../../support/scripted-port.ts'

/** A node whose pool shows an unknown transaction two nonces above the spent ones, whatever is filled. */
function lyingPool() {
  let spent = 5
  const filled: number[] = []
  const port = {
    transactionCount: () => Promise.resolve(spent),
    pooledNonces: () => Promise.resolve([spent + 1]),
  }
  const unknown = createUnknownPending({
    port,
    ownNonces: () => ({ open: new Set<number>(), mined: new Set(filled) }),
    onGap(nonce) {
      filled.push(nonce)
      spent = nonce + 1
      // The filled nonce is spent, and the pool shows the next one.
      unknown.report([spent + 1])
    },
  })
  return { look: () => unknown.look(), check: (block: number) => unknown.check(block, port), filled }
}

test('a free nonce below an unknown transaction is filled after three readings that show it', async () => {
  const { look, check, filled } = lyingPool()
  await look()
  await check(100)
  await check(101)
  expect(filled).toEqual([])
  await check(102)
  expect(filled).toEqual([5])
})

test('a node that shows another gap after each one that is filled costs the gas of sixteen', async () => {
  const { look, check, filled } = lyingPool()
  await look()
  for (let block = 100; block < 400; block += 1) await check(block)
  expect(filled).toEqual(Array.from({ length: 16 }, (_, index) => 5 + index))
})

test.each([false, true])(
  'a pool that does not answer when the lane first looks is looked at again before the first transaction (looksLate: %s)',
  async (looksLate) => {
    let isAway = true
    const port = scriptedPort({
      transactionCount: () => (isAway ? Promise.reject(new Error('the node is away')) : Promise.resolve(5)),
      // Above a free nonce: the counts do not show it.
      pooledNonces: () => Promise.resolve([6]),
    })
    const lane = laneOn(port, { looksLate })
    await lane.open()
    expect(await lane.submit(deposit()).catch((error: Error) => error.message)).toBe('the node is away')
    isAway = false
    expect(await lane.submit(deposit()).catch((error: Error) => error.name)).toBe('UnknownPendingError')
    expect([port.sent, lane.unknownPending()]).toEqual([[], [6]])
    await lane.close()
  },
)

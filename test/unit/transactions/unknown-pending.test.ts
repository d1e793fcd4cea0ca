import { expect, test } from 'vitest'
import { createUnknownPending } from '../../../src/transactions/unknown-pending.ts'

/** A node whose pool shows an unknown transaction two nonces above the spent ones, whatever is filled. */
function lyingPool() {
  let spent = 5
  const filled: number[] = []
  const unknown = createUnknownPending({
    port: {
      transactionCount: () => Promise.resolve(spent),
      pooledNonces: () => Promise.resolve([spent + 1]),
    },
    ownNonces: () => ({ open: new Set<number>(), mined: new Set(filled) }),
    onGap(nonce) {
      filled.push(nonce)
      spent = nonce + 1
      // The filled nonce is spent, and the pool shows the next one.
      unknown.report([spent + 1])
    },
  })
  return { unknown, filled }
}

test('a free nonce below an unknown transaction is filled after three readings that show it', async () => {
  const { unknown, filled } = lyingPool()
  await unknown.look()
  await unknown.check(100)
  await unknown.check(101)
  expect(filled).toEqual([])
  await unknown.check(102)
  expect(filled).toEqual([5])
})

test('a node that shows another gap after each one that is filled costs the gas of sixteen', async () => {
  const { unknown, filled } = lyingPool()
  await unknown.look()
  for (let block = 100; block < 400; block += 1) await unknown.check(block)
  expect(filled).toEqual(Array.from({ length: 16 }, (_, index) => 5 + index))
})

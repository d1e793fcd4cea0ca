import { expect, test } from 'vitest'
import { parseEther as og } from 'ethers'
import { contractError } from '../../../src/base/contract-errors.ts'
import { memoryJournal } from '../../../src/index.ts'
import { fakeHash } from '../../../src/testing/fakes.ts'
import { claimable, type Port } from '../../support/claimable.ts'

test.for(['the same process', 'the next one'])(
  'a retrieve that reverts, and that a reorganisation has succeed, is put back by %s',
  async (process) => {
    let hasReverted = false
    const journal = memoryJournal()
    const { world, broker, provider, bend } = await claimable(revertedRetrieves(() => hasReverted))
    await using _ = world
    await broker.close()
    hasReverted = true
    const first = await world.open({ journal, bend })
    await expect(world.until(first.ledger.claimRefunds())).rejects.toMatchObject({ errorName: 'CallFailed' })
    if (process !== 'the same process') await first.close()
    const last = process === 'the same process' ? first : await world.open({ journal, bend })
    await world.until(last.position())
    hasReverted = false
    // The node's first look says that the receipt is another one now, and the next that it is mined.
    for (let n = 0; n < 6; n += 1) {
      await world.until(last.position())
      await world.advance(5)
    }
    expect(world.position().subAccounts.find((one) => one.provider === provider)).toMatchObject({
      available: og('2'),
      pendingRefund: 0n,
    })
    expect(journal.records.map(({ type }) => type).filter((type) => type.startsWith('claiming'))).toEqual([
      'claiming',
      'claiming-ended',
    ])
  },
)

test('a claim whose retrieve has reverted ends once that is final', async () => {
  let hasReverted = false
  const journal = memoryJournal()
  const { world, broker, bend } = await claimable(revertedRetrieves(() => hasReverted))
  await using _ = world
  await broker.close()
  hasReverted = true
  const first = await world.open({ journal, bend })
  await expect(world.until(first.ledger.claimRefunds())).rejects.toMatchObject({ errorName: 'CallFailed' })
  const last = () => journal.records.at(-1)?.type
  expect(last()).toBe('mined')
  for (let n = 0; n < 6; n += 1) {
    await world.advance(60)
    await world.until(first.position())
  }
  expect(last()).toBe('claiming-ended')
})

/** A node in whose first block of it each retrieve reverts; after a reorganisation it has another block, in which it succeeds. */
function revertedRetrieves(hasReverted: () => boolean): (port: Port) => Partial<Port> {
  const retrieves = new Set<string>()
  return (port) => ({
    async sign(call, how) {
      const signed = await (port.sign?.(call, how) ?? Promise.reject(new Error('It signs.')))
      if (call.method === 'retrieveFund') retrieves.add(signed.hash)
      return signed
    },
    async mined(hash) {
      const mined = await port.mined(hash)
      return mined && hasReverted() && retrieves.has(hash) ? { ...mined, status: 0 } : mined
    },
    replay: (call, block) =>
      hasReverted() && call.method === 'retrieveFund'
        ? Promise.resolve(contractError({ operation: 'retrieveFund', errorName: 'CallFailed', errorArgs: {} }))
        : port.replay(call, block),
    blockHash: async (number) => {
      const hash = await port.blockHash(number)
      return hash && hasReverted() ? fakeHash(`${hash} before`) : hash
    },
  })
}

import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

/** The gas limit that a lane signs for one deposit, whose estimate is 100,000. */
async function gasLimitOf(gasMark: number | undefined): Promise<bigint> {
  const journal = memoryJournal()
  const port = scriptedPort({ mined: (hash) => Promise.resolve(receiptOf(hash, 1)) })
  const lane = laneOn(port, { journal, gasMark })
  await lane.submit(deposit())
  await lane.close()
  const [prepared] = journal.records
  return prepared?.type === 'prepared' ? prepared.gasLimit : 0n
}

test('the lanes of two machines that decide the same have gas limits of their own, so that they sign different bytes', async () => {
  expect([await gasLimitOf(0), await gasLimitOf(7)]).toEqual([140_000n, 140_007n])
})

test('without a mark of its own a lane takes one at random, which costs less than 1,024 gas', async () => {
  const limits = await Promise.all(Array.from({ length: 20 }, () => gasLimitOf(undefined)))
  expect(limits.filter((limit) => limit < 140_000n || limit > 141_023n)).toEqual([])
  expect(new Set(limits).size).toBeGreaterThan(1)
})

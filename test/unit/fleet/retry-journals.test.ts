import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { until } from '../../support/until.ts'

test('a wallet that is tried again leaves no journal of an earlier try open', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const [opened, closed]: [number[], number[]] = [[], []]
  let isAway = true
  const fleet = await world.open({
    policyFor: () => fundedPolicy(world.provider),
    journalFor() {
      const journal = memoryJournal()
      const id = opened.push(opened.length)
      return {
        ...journal,
        close() {
          closed.push(id)
          return journal.close()
        },
      }
    },
    bend(connected) {
      if (isAway) throw new Error('The key service does not answer.')
      return connected
    },
  })
  await world.advance(20)
  expect([opened.length, closed]).toEqual([3, [1, 2, 3]])
  isAway = false
  await world.advance(20)
  await until(() => fleet.brokers().length === 1)
  expect([opened.length, closed]).toEqual([4, [1, 2, 3]])
  await fleet.close()
  expect(closed).toEqual([1, 2, 3, 4])
})

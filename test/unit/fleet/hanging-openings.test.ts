import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { fleetWorld } from '../../support/fleet-world.ts'

/** A fleet with a budget, whose first wallet needs money. What becomes of the others is said by `key`. */
async function needy(world: ReturnType<typeof fleetWorld>, key: (wallet: string) => Promise<void>) {
  const journals = new Map(world.wallets.map((wallet) => [wallet, memoryJournal()]))
  const journalFor = (wallet: string) => journals.get(wallet) ?? memoryJournal()
  const before = await world.open({ policyFor: () => ({}), journalFor })
  await world.supply(before.brokers())
  await world.advance(60)
  await before.close()
  const config = { unsettledFee: false as const, bufferMultiplier: 50 }
  const opening = world.open({
    policyFor: () => ({ autoFunding: [{ provider: world.provider, config }] }),
    journalFor,
    intervalMs: 10_000,
    budget: { amount: '100', per: '1h' },
    async bend(connected) {
      if (connected.wallet !== world.wallets[0]) await key(connected.wallet)
      return connected
    },
  })
  return opening
}

/** Resolves after so many seconds, with a broken key. */
const hang = (world: ReturnType<typeof fleetWorld>, seconds: number) =>
  new Promise<void>((_, reject) => {
    world.clock.after(seconds * 1_000, () => reject(new Error('The key service does not answer.')))
  })

test('wallets whose keys hang in try after try keep the others waiting for a minute each, and not for ever', async () => {
  await using world = fleetWorld({ wallets: 4 })
  const tries = new Map<string, number>()
  const fleet = await needy(world, async (wallet) => {
    const count = tries.get(wallet) ?? 0
    tries.set(wallet, count + 1)
    if (count === 0) throw new Error('The key service does not answer.')
    await hang(world, 100 + 37 * world.wallets.indexOf(wallet))
  })
  const heldAt: number[] = []
  const start = world.now()
  fleet.plan$.subscribe(({ budgetLeft }) => {
    if (budgetLeft === 0n) heldAt.push((world.now() - start) / 1_000)
  })
  for (let count = 0; count < 120; count += 1) await world.advance(10)
  expect(Math.max(...tries.values())).toBeGreaterThan(5)
  expect(Math.max(...heldAt)).toBeLessThan(100)
})

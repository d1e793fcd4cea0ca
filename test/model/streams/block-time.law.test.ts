import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'
import { law } from '../../support/law.ts'
import { lyingTime } from '../../support/lying-time.ts'

const YEAR = 365 * 86_400
const BUDGET = og('5')

/** The node is wrong by so many seconds for a while, in which the process may be started anew, and is right for a while. */
const episode = fc.record({
  offset: fc.oneof(
    fc.integer({ min: -YEAR, max: YEAR }),
    fc.constantFrom(-2 * 86_400, -3_600, -601, -30, 30, 601, 2 * 86_400),
  ),
  seconds: fc.integer({ min: 1, max: 300 }),
  restarts: fc.boolean(),
  honest: fc.integer({ min: 5, max: 120 }),
})

const { limits, parameters } = law({ runs: 15, perRunMs: 4_000 })

test(
  'a budget of a day holds, whatever block times a node names for minutes, and funding goes on after them',
  limits,
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(episode, { minLength: 1, maxLength: 5 }), async (episodes) => {
        await using world = bentWorld()
        const node = lyingTime()
        const options = {
          journal: memoryJournal(),
          intervalMs: 2_000,
          budget: { amount: BUDGET, per: '1d' },
          bend: node.bend,
        } as const
        const begin = async () => {
          const broker = await world.open(options)
          broker.inference.startAutoFunding(world.provider, EXACT)
          return broker
        }
        let broker = await begin()
        await world.until(broker.ledger.addLedger('100'))
        await world.advance(30)
        for (const { offset, seconds, restarts, honest } of episodes) {
          world.chain.spend(world.provider, world.wallet, og('1'))
          node.lie(offset)
          if (restarts) {
            await broker.close()
            broker = await begin()
          }
          await world.advance(seconds)
          node.lie(0)
          await world.advance(honest)
        }
        await world.advance(30)
        const [account] = world.position().subAccounts
        const paid = og('100') - (world.position().ledger?.available ?? 0n)
        expect(paid).toBeLessThanOrEqual(BUDGET)
        expect([account?.available, broker.positions$.status.failures]).toEqual([
          paid === BUDGET ? account?.available : og('2'),
          0,
        ])
      }),
      parameters,
    ),
)

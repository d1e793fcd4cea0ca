import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { ARRIVED } from '../../../src/chain/broadcast-answer.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

/** A node that keeps what it is sent to itself while the test says so. */
function withholding() {
  let isOn = false
  return {
    withhold: (on: boolean) => void (isOn = on),
    bend: (connected: Connected): Connected => {
      const { transactions: port } = connected
      if (!port) return connected
      return {
        ...connected,
        transactions: { ...port, broadcast: (raw) => (isOn ? Promise.resolve(ARRIVED) : port.broadcast(raw)) },
      }
    },
  }
}

test.for([false, true])(
  'a top-up that is mined long after it was decided on counts in its budget from then on (restart: %s)',
  async (restarts) => {
    await using world = bentWorld()
    const { withhold, bend } = withholding()
    const options = { journal: memoryJournal(), intervalMs: 10_000, bend, budget: { amount: '2', per: '5m' } } as const
    const first = await world.open(options)
    await world.until(first.ledger.addLedger('20'))
    withhold(true)
    first.inference.startAutoFunding(world.provider, EXACT)
    await world.advance(400)
    withhold(false)
    await world.advance(60)
    const available = () => world.position().subAccounts[0]?.available
    expect(available()).toBe(og('2'))
    let broker = first
    if (restarts) {
      await first.close()
      broker = await world.open(options)
      broker.inference.startAutoFunding(world.provider, EXACT)
    }
    world.chain.spend(world.provider, world.wallet, og('1.5'))
    await world.advance(200)
    expect([available(), broker.inference.autoFundingStatus()[0]?.reason]).toEqual([og('0.5'), 'budget-exhausted'])
    await world.advance(150)
    expect(available()).toBe(og('2'))
  },
)

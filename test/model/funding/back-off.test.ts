import { expect, test } from 'vitest'
import { NotSentError, type Broker } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'

/** What the broker does without a caller once a sub-account has something available. */
const begin: Record<string, (broker: Broker) => void> = {
  closing: ({ ledger }) => void ledger.closeLedger().catch(() => undefined),
  claims: () => undefined,
}

test.each(Object.keys(begin))('a back-off counts from the failure, not from the decision: %s', async (what) => {
  await using world = bentWorld()
  const attempts: number[] = []
  const failed: number[] = []
  const pass = (ms: number) => new Promise<void>((resolve) => void world.clock.after(ms, resolve))
  let isBroken = false
  const broker = await world.open({
    intervalMs: 1_000,
    autoClaim: what === 'claims',
    bend: ({ transactions, ...connected }) => ({
      ...connected,
      transactions: transactions && {
        ...transactions,
        async estimateGas(call) {
          if (!isBroken) return transactions.estimateGas(call)
          attempts.push(world.clock.now())
          await pass(60_000)
          failed.push(world.clock.now())
          throw new NotSentError('The node is out of order.')
        },
      },
    }),
  })
  const watching = broker.positions$.subscribe()
  await world.until(broker.ledger.addLedger('10'))
  await world.until(broker.ledger.transferFund(world.provider, 'inference', '2'))
  if (what === 'claims') await world.until(broker.ledger.retrieveFund('inference'))
  isBroken = true
  begin[what]?.(broker)
  // Claims wait for the lock, which is an hour.
  await world.advance(what === 'claims' ? 3_900 : 300)
  const rests = attempts.slice(1).map((at, index) => at - (failed[index] ?? 0))
  expect(rests.length).toBeGreaterThan(1)
  expect(rests.filter((ms) => ms < 15_000)).toEqual([])
  watching.unsubscribe()
})

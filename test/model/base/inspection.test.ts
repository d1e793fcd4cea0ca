import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

test('a late subscriber receives events of every kind of actor, also of actors that already run', async () => {
  await using sim = await createSimulatedBroker({ seed: 1, providers: 2, automine: false })
  const { broker, providers } = sim
  await sim.until(broker.ledger.addLedger('10'))
  const keeping = providers.map(({ address }) => broker.inference.startAutoFunding(address, EXACT))
  await sim.advance('1m')
  const before = [broker.ledger.actor, ...broker.subAccounts(), ...keeping]
  const heard = new Set<unknown>()
  const listening = [broker.inspections$, broker.inspections$].map((inspections$) =>
    inspections$.subscribe(({ actorRef }) => heard.add(actorRef)),
  )
  for (const provider of providers) sim.spend(provider, '1')
  await sim.advance('1m')
  const after = broker.transactions().slice(-providers.length)
  expect([before.length, after.length]).toEqual([5, 2])
  expect([...before, ...after].flatMap((actor) => (heard.has(actor) ? [] : [actor.id]))).toEqual([])
  for (const one of listening) one.unsubscribe()
  heard.clear()
  await sim.advance('1m')
  expect(heard.size).toBe(0)
})

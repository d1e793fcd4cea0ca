import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createSharedTime } from '../../../src/base/known-block.ts'
import { openBroker } from '../../../src/broker.ts'
import type { SharedOptions } from '../../../src/engine/open-options.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

const listeners = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length

test('a broker of a fleet lets go of the signal of its opening, and one by itself once it is closed', async () => {
  const sim = await createSimulatedBroker()
  const [of, alone] = [new AbortController(), new AbortController()]
  const shared: SharedOptions = {
    phaseMs: () => 0,
    time: createSharedTime({ now: () => Date.now() }),
    createQuiet: null,
    onPlan: () => undefined,
    onEvent: () => undefined,
  }
  const connected = () => sim.chain.connect(sim.wallets[0] ?? '', { readOnly: true })
  const member = await openBroker(connected(), { shared, signal: of.signal })
  const single = await openBroker(connected(), { signal: alone.signal })
  // A wait that is over lets go in its own turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect([listeners(of), listeners(alone)]).toEqual([0, 1])
  await Promise.all([member.close(), single.close()])
  expect([listeners(of), listeners(alone)]).toEqual([0, 0])
  await sim[Symbol.asyncDispose]()
})

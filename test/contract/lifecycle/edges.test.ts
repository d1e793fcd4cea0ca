import { parseEther, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { createBroker, type Broker } from '../../../src/index.ts'
import type { SubAccountActor } from '../../../src/lifecycle/sub-account-actors.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { factOf, subAccountChart } from '../../support/charts.ts'
import { edgeCoverage } from '../../support/edge-coverage.ts'
import { driveSubAccount } from '../../support/sub-account-driver.ts'

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
let broker: Broker
/** The facts that the lifecycle actor received since the last call. */
let received: string[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1 })
  restore = await chain.snapshot()
  ;[user] = chain.wallets as [Wallet]
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe.for(['inference', 'fine-tuning'] as const)('a real sub-account of %s', (serviceType) => {
  const coverage = edgeCoverage()
  const inspect = (inspected: InspectionEvent): void => {
    coverage.inspect(inspected)
    if (inspected.type === '@xstate.event' && inspected.actorRef === actor) received.push(inspected.event.type)
  }
  let cause: ReturnType<typeof driveSubAccount>
  let provider: LocalChain['inference'][number]
  let actor: SubAccountActor | null = null

  beforeEach(async () => {
    const [first] = serviceType === 'inference' ? chain.inference : chain.fineTuning
    if (!first) throw new Error('The chain has no provider.')
    provider = first
    cause = driveSubAccount(chain, user, provider)
    broker = await createBroker({ provider: chain.provider, address: user.address, network: chain.network, inspect })
  })

  test.for(subAccountChart.paths)('$title', async ({ steps }) => {
    const life = (actor = broker.subAccount(provider.address, serviceType))
    for (const { event, to } of steps) {
      await cause(factOf(event), await broker.position())
      received = []
      await broker.position()
      expect({ received, state: life.getSnapshot().value }).toEqual({ received: [event.type], state: to })
    }
  })

  test('that was opened and drained between two readings was low in between', async () => {
    const life = (actor = broker.subAccount(provider.address, serviceType))
    const before = await broker.position()
    await cause('balance.ample', before)
    await provider.settle(user.address, parseEther('2'))
    received = []
    await broker.position()
    expect({ received, state: life.getSnapshot().value }).toEqual({
      received: ['balance.low', 'account.empty'],
      state: 'created',
    })
  })

  test('took every edge of the chart', () => {
    expect(coverage.missing(subAccountChart.machine, subAccountChart.paths)).toEqual([])
  })
})

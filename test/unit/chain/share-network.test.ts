import { expect, test } from 'vitest'
import type { NetworkConnection } from '../../../src/chain/network-connection.ts'
import { shareNetwork } from '../../../src/chain/share-network.ts'

/** A network whose node tells how often it was asked for fees, and rules; and a clock that can be set. */
function world() {
  let now = 1_800_000_000_000
  let [fees, rules] = [0, 0]
  const connection = {
    multicall: null,
    provesBlock: false,
    addresses: {},
    views: [],
    blockTime: { ms: () => 1_000 },
    rpc: {},
    feeOracle: { fees: () => Promise.resolve((fees += 1)) },
    readRules: () => Promise.resolve((rules += 1)),
  } as unknown as NetworkConnection
  const shared = shareNetwork(connection, { now: () => now, after: () => () => undefined })
  return {
    set: (ms: number) => (now += ms),
    ask: async () => [await shared.feeOracle.fees(), await shared.readRules()],
  }
}

test('wallets share an answer about fees for a second, and one about rules for a minute', async () => {
  const { ask, set } = world()
  expect(await Promise.all([ask(), ask()])).toEqual([
    [1, 1],
    [1, 1],
  ])
  set(1_100)
  expect(await ask()).toEqual([2, 1])
  set(60_000)
  expect(await ask()).toEqual([3, 2])
})

test('a clock that is set back by an hour keeps no answer for that hour', async () => {
  const { ask, set } = world()
  expect(await ask()).toEqual([1, 1])
  set(-3_600_000)
  expect(await ask()).toEqual([1, 1])
  set(60_100)
  expect(await ask()).toEqual([2, 2])
})

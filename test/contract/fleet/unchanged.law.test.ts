import fc from 'fast-check'
import { type JsonRpcProvider, parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectChain } from '../../../src/chain/connect.ts'
import { createFleet, type Fleet } from '../../../src/fleet/index.ts'
import type { Position } from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { law } from '../../support/law.ts'

const LOCK = 3_600

let chain: LocalChain
let restore: () => Promise<void>
let wallets: Wallet[]
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 1, wallets: 3, lockTime: LOCK })
  wallets = chain.wallets
  for (const wallet of wallets)
    await transact(
      wallet,
      [
        callOf(chain.contracts.ledger, 'addLedger', [''], og('50')),
        ...chain.inference.map(({ address }) => transfer(address, 'inference-v1.0')),
      ],
      { atOnce: true },
    )
  restore = await chain.snapshot()
})
afterAll(() => chain[Symbol.asyncDispose]())

const transfer = (provider: string, service: string) =>
  callOf(chain.contracts.ledger, 'transferFund', [provider, service, og('2')])

/** What happens to a wallet, and to the time. */
const steps = {
  charge: async (wallet: Wallet, fee: number) => void (await chain.inference[0]?.settle(wallet.address, BigInt(fee))),
  topUp: (wallet: Wallet) => transact(wallet, [transfer(chain.inference[1]?.address ?? '', 'inference-v1.0')]),
  fineTuning: (wallet: Wallet) => transact(wallet, [transfer(chain.fineTuning[0]?.address ?? '', 'fine-tuning-v1.0')]),
  retrieve: (wallet: Wallet) =>
    transact(wallet, [
      callOf(chain.contracts.ledger, 'retrieveFund', [[chain.inference[0]?.address], 'inference-v1.0']),
    ]),
  gas: (wallet: Wallet, wei: number) =>
    chain.provider.send('anvil_setBalance', [wallet.address, `0x${(10n ** 22n + BigInt(wei)).toString(16)}`]),
  // Time alone makes refunds claimable.
  time: (_: Wallet, seconds: number) => chain.warp(seconds % 2 === 0 ? LOCK : 60),
  nothing: () => chain.mine(1),
} satisfies Record<string, (wallet: Wallet, amount: number) => Promise<unknown>>

const ignore = (): void => undefined

type Step = { name: keyof typeof steps; wallet: number; amount: number; readings: number }
const step: fc.Arbitrary<Step> = fc.record({
  name: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
  wallet: fc.nat(2),
  amount: fc.nat(1_000),
  readings: fc.integer({ min: 1, max: 3 }),
})

async function open(provider: JsonRpcProvider): Promise<Fleet> {
  return createFleet({
    provider,
    network: chain.network,
    wallets: wallets.map(({ address }) => address),
    intervalMs: 3_600_000,
  })
}

const { limits, parameters } = law({ runs: 6, perRunMs: 5_000 })

test('a fleet that asks for digests sees what each wallet would see alone, whatever happens', limits, async () => {
  const alone = await Promise.all(
    wallets.map(({ address }) => connectChain({ provider: chain.provider, address }, chain.network)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (history) => {
      await restore()
      const provider = connect(chain.anvil.url)
      await using fleet = await open(provider)
      const positions = (): Promise<Position[]> => Promise.all(fleet.brokers().map((broker) => broker.position()))
      await positions()
      await positions()
      for (const { name, wallet, amount, readings } of history) {
        const actor = wallets[wallet]
        // A ledger that is empty, or an account that has nothing to retrieve, refuses.
        if (actor) await steps[name](actor, amount).catch(ignore)
        const expected = await Promise.all(alone.map((one) => one.readPosition()))
        for (let count = 0; count < readings; count += 1) expect(await positions()).toEqual(expected)
      }
      provider.destroy()
    }),
    parameters,
  )
})

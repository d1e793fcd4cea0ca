import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { crowd, gasPaid } from '../../support/crowd.ts'

const LOCK = 3_600

let chain: LocalChain
let wallet: Wallet
let settled: bigint

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, wallets: 1 })
  ;[wallet] = chain.wallets as [Wallet]
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
  settled = await crowd(chain, wallet)
})
afterAll(() => chain[Symbol.asyncDispose]())

test('the plan for 45 sub-accounts says what closing then does: its transactions, its gas, its end, what comes home', async () => {
  const options = { signer: wallet, network: chain.network, journal: memoryJournal(), intervalMs: 100 }
  await using broker = await createBroker(options)
  const { ledger } = broker
  const [plan, { subAccounts, block }, before] = [
    await ledger.closingPlan(),
    await broker.position(),
    await gasPaid(chain, wallet.address),
  ]
  const price = plan.gas.price ?? 0n
  expect(plan).toMatchObject({ block, home: og('500') - settled, stuck: 0n })
  expect(plan.gas).toEqual({ units: plan.gas.units, price, cost: plan.gas.units * price, missing: 0n })
  expect(plan.subAccounts).toHaveLength(44) // one was drained
  const busy = subAccounts.find(({ available, refunds }) => available > 0n && refunds.length === 5)
  const [oldest] = busy?.refunds ?? []
  const unlocks = (oldest?.unlocksAt ?? 0) + CLAIM_MARGIN + LOCK
  expect(plan.subAccounts.find(({ provider }) => provider === busy?.provider)).toEqual({
    provider: busy?.provider,
    serviceType: 'inference',
    balance: og('1'),
    refunds: [
      ...(busy?.refunds ?? []).map(({ amount, unlocksAt }) => ({ amount, unlocksAt, isRequested: true })),
      // It finds a place once the oldest is claimed.
      { amount: og('0.01'), unlocksAt: unlocks, isRequested: false },
    ],
    homeAt: unlocks + CLAIM_MARGIN,
  })
  expect(plan.endsAt).toBe(unlocks + CLAIM_MARGIN)

  await ledger.closeLedger({ onProgress: ({ until }) => void (until !== null && mineAt(until)) })
  const { transactions, units } = await gasPaid(chain, wallet.address)
  const used = units.slice(before.units.length).reduce((sum, one) => sum + one, 0n)
  expect(transactions.length - before.transactions.length).toBeLessThanOrEqual(plan.transactions)
  expect(used).toBeLessThan(plan.gas.units)
  expect(plan.gas.units).toBeLessThan((used * 3n) / 2n)
})

async function mineAt(timestamp: number): Promise<void> {
  const head = await chain.provider.getBlock('latest')
  if (head && head.timestamp >= timestamp) return
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.mine()
}

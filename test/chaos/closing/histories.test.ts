import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type ClosingStatus } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { gasPaid } from '../../support/crowd.ts'
import { createHistory } from '../../support/history.ts'
import { closingRuns } from '../../support/runs.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ wallets: 0 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
})
afterAll(() => chain[Symbol.asyncDispose]())

test.each(closingRuns(24))(
  'after and during random events, closing brings home all that providers did not charge (seed $seed)',
  async ({ random }) => {
    const wallet = new Wallet(Wallet.createRandom().privateKey, chain.provider)
    await chain.provider.send('anvil_setBalance', [wallet.address, '0x3635c9adc5dea00000'])
    const [before, fromBlock] = await Promise.all([
      chain.provider.getBalance(wallet.address),
      chain.provider.getBlockNumber(),
    ])
    const history = createHistory(chain, wallet, random)
    await history.open()
    await history.happens(6 + Math.floor(random() * 10))
    await chain.mine(20) // a broker judges the block time by the latest blocks

    const options = { signer: wallet, network: chain.network, journal: memoryJournal(), intervalMs: 100 }
    await using broker = await createBroker(options)
    const passing = new Set<Promise<void>>()
    // Each time the closing waits for a lock, a provider charges, a lock changes, or time passes.
    const onProgress = ({ state, until }: ClosingStatus) => {
      if (state !== 'waiting' || until === null) return
      if (passing.size > 0) return
      const one = meanwhile(until).finally(() => passing.delete(one))
      passing.add(one)
    }
    const meanwhile = (until: number) => {
      const chance = random()
      return chance < 0.2 ? history.charge() : chance < 0.25 ? history.setLocks() : mineAt(until)
    }
    await broker.ledger.closeLedger({ onProgress })
    await Promise.all(passing)

    const { wei } = await gasPaid(chain, wallet.address, fromBlock)
    expect((await broker.position()).ledger).toBeNull()
    expect((await chain.provider.getBalance(wallet.address)) + wei).toBe(before - history.settled())
  },
)

async function mineAt(timestamp: number): Promise<void> {
  const head = await chain.provider.getBlock('latest')
  if (head && head.timestamp >= timestamp) return
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.mine()
}

import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepAllFunded } from '../../examples/fleet.ts'
import { memoryJournal } from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { lowWallet } from '../support/low-wallet.ts'
import { until } from '../support/until.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
afterAll(() => chain[Symbol.asyncDispose]())

test('fleet keeps a sub-account of each wallet funded, and says for which wallet nothing can be sent', async () => {
  const [provider] = chain.inference
  if (!provider) throw new Error('The chain lacks a provider.')
  const low = [await lowWallet(chain, chain.inference), await lowWallet(chain, chain.inference)].map(
    ({ wallet }) => wallet,
  )
  const broken = Wallet.createRandom()
  const lines: string[] = []
  const fleet = await keepAllFunded(
    {
      provider: connect(chain.anvil.url),
      network: chain.network,
      journalFor(wallet) {
        if (wallet === broken.address) throw new Error('The disk of this journal is full.')
        return memoryJournal()
      },
      intervalMs: 200,
    },
    { keys: [...low, broken].map(({ privateKey }) => privateKey), provider: provider.address },
    (line) => lines.push(line),
  )
  await until(() => low.every(({ address }) => lines.some((line) => line.startsWith(`${address}: top-up `))))
  await until(() =>
    low.every(({ address }) => fleet.broker(address)?.inference.autoFundingStatus()[0]?.reason === 'sufficient'),
  )
  await fleet.close()
  expect(lines[0]).toBe(`${broken.address}: The disk of this journal is full.`)
})

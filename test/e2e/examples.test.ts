import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepFunded } from '../../examples/keep-funded.ts'
import { memoryJournal } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { until } from '../support/until.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

test('keep-funded keeps a sub-account funded and says so', async () => {
  const [signer] = chain.wallets
  const [provider] = chain.inference
  if (!signer || !provider) throw new Error('The chain lacks a wallet or a provider.')
  const lines: string[] = []
  const options = { signer, network: chain.network, journal: memoryJournal(), intervalMs: 100 }
  const broker = await keepFunded(options, provider.address, (line) => lines.push(line.replace(/^block \d+: /, '')))
  await broker.ledger.addLedger('10')
  await until(() => lines.includes('3 OG available, sufficient'))
  await broker.close()
  expect(lines).toContain('0 OG available, top-up 3 OG')
})

import { expect, onTestFinished, test } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'
import { registerInferenceProvider } from '../../src/local/providers.ts'
import { createVisualizer } from '../../src/visualizer/index.ts'
import { localChain } from '../support/chain.ts'
import { useBrowser } from './chromium.ts'

const { open } = useBrowser()

const MODEL = '<img src=x onerror="document.title=1"><b>model</b>'
const URL = 'javascript:document.title=2'

test('a text that a provider writes on the chain is text on the page', async () => {
  const chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 2 })
  onTestFinished(() => chain[Symbol.asyncDispose]())
  const [user, mallory] = chain.wallets
  if (!user || !mallory) throw new Error('The chain lacks a wallet.')
  await registerInferenceProvider(chain.contracts, mallory, { model: MODEL, url: URL })
  const broker = await createBroker({
    signer: user,
    network: chain.network,
    intervalMs: 200,
    journal: memoryJournal(),
  })
  onTestFinished(() => broker.close())
  const visualizer = await createVisualizer(broker, { dryRun: true })
  onTestFinished(() => visualizer.close())
  await broker.ledger.addLedger('5')
  await broker.ledger.transferFund(mallory.address, 'inference', '2')

  const page = await open(visualizer.url ?? '')
  const row = page.locator('tbody tr', { hasText: MODEL })
  await row.waitFor()
  await row.click()
  await page.getByText(URL).waitFor()
  expect(await page.locator('tbody img, tbody b, a[href^="javascript:"]').count()).toBe(0)
  expect(await page.title()).toMatch(/og-ledger/)
})

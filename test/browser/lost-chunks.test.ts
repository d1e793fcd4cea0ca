import { parseEther } from 'ethers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { openTabs, opening, type Tabs } from './journal-tabs.ts'

let chain: LocalChain
let tabs: Tabs

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 6 })
  tabs = await openTabs()
})
afterAll(async () => {
  await tabs[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** A page with a broker, whose site can be lost: its further files do not come any more, while the node still answers. */
async function pageOf(wallet: { address: string } | undefined) {
  const context = await tabs.context()
  onTestFinished(() => context.close())
  const page = await tabs.open(context)
  const provider = chain.inference[0]?.address ?? ''
  const files = /\.js$/
  const lose = (which = files) => context.route(which, (route) => route.abort())
  const find = (which = files) => context.unroute(which)
  const open = opening({ url: chain.anvil.url, address: wallet?.address ?? '', network: chain.network, provider })
  return { context, page, provider, open, lose, find }
}

const lost = {
  name: 'ChunkLoadError',
  message: expect.stringContaining('A part of og-ledger could not be loaded.') as string,
}

test('a broker with a signer that is open needs no further files', async () => {
  const { page, open, lose } = await pageOf(chain.wallets[0])
  await page.evaluate(open)
  await lose()
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  expect(await page.evaluate('app.broker().ledger.getLedger()')).toMatchObject({ available: parseEther('10') })
  expect(await page.evaluate(`app.outcome(app.broker().ledger.claimRefunds())`)).toMatchObject({
    name: 'NothingToRetrieveError',
  })
  expect(await page.evaluate(`app.outcome(app.broker().ledger.cancelClosing())`)).toMatchObject({
    name: 'InvalidInputError',
  })
  await page.evaluate(`app.broker().ledger.closeLedger()`)
  expect(await page.evaluate('app.outcome(app.broker().close())')).toBeNull()
})

test.each([
  ['engine', 1, /\.js$/],
  ['part that sends', 2, /\/sending-/],
])('a broker that cannot load its %s is opened by the same call later', async (_, wallet, files) => {
  const { page, open, lose, find } = await pageOf(chain.wallets[wallet])
  await lose(files)
  expect(await page.evaluate(`app.outcome(${open})`)).toEqual(lost)
  await find(files)
  expect(await page.evaluate(`app.outcome(${open})`)).toBeNull()
  expect(await page.evaluate('app.refusal()')).toBeNull()
})

test('an opening that cannot load what sends leaves a journal with a closing to the next one, which takes it up', async () => {
  const { page, open, lose, find } = await pageOf(chain.wallets[3])
  await page.evaluate(open)
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  await page.evaluate('{ app.isSilent = true; void app.outcome(app.broker().ledger.closeLedger()) }')
  await page.waitForFunction('app.broker().ledger.isClosing', undefined, { polling: 100 })
  const [sending, at] = [/\/sending-/, page.url()]
  await lose(sending)
  await page.goto(at)
  expect(await page.evaluate(`app.outcome(${open})`)).toEqual(lost)
  expect(await page.evaluate('app.asked')).toEqual([])
  await find(sending)
  await page.evaluate('app.isSilent = true')
  await page.evaluate(open)
  expect(await page.evaluate('[app.refusal(), app.broker().ledger.isClosing]')).toEqual([null, true])
})

test('what a signer needs is loaded before the node has answered', async () => {
  const { context, page, open } = await pageOf(chain.wallets[4])
  let answers = 0
  // ethers asks for the chain's id first.
  await context.route(`${chain.anvil.url}/**`, (route) => (++answers === 1 ? route.continue() : undefined))
  const loading = page.waitForRequest(/\/sending-/)
  void page.evaluate(`void ${open}`)
  expect((await loading).resourceType()).toBe('script')
})

test('a page that only watches loads the planner with its first dry run, tries that again, and needs it for no plan', async () => {
  const { page, open, lose, find } = await pageOf(chain.wallets[5])
  await page.evaluate(open)
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  await page.evaluate(`app.broker().ledger.transferFund('${chain.inference[0]?.address ?? ''}', 'inference', '1')`)
  await page.reload()
  await page.evaluate(open.replace('app.open', 'app.watch'))
  await lose()
  expect(await page.evaluate('app.reasons(app.broker().plan())')).toEqual(['off'])
  expect(await page.evaluate('app.outcome(app.broker().plan({ dryRun: true }))')).toEqual(lost)
  await page.evaluate('app.broker().position().then((position) => void (app.position = position))')
  const atOnce = `app.reasons(app.broker().planAt(app.position, { dryRun: true }))`
  expect(await page.evaluate(`app.outcome((async () => ${atOnce})())`)).toMatchObject({ name: 'NotLoadedError' })
  await find()
  const loading = page.waitForRequest(/\/planning-/)
  expect(await page.evaluate('app.reasons(app.broker().plan({ dryRun: true }))')).toEqual(['top-up'])
  expect((await loading).resourceType()).toBe('script')
  await lose()
  expect(await page.evaluate(atOnce)).toEqual(['top-up'])
  expect(await page.evaluate('app.outcome(app.broker().forecast())')).toBeNull()
})

import { parseEther } from 'ethers'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { openTabs, opening, type Tabs } from './journal-tabs.ts'

let chain: LocalChain
let tabs: Tabs
let nextWallet = 0

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 9 })
  tabs = await openTabs()
})
afterAll(async () => {
  await tabs[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** One person's browser, and a wallet of this test alone. */
async function person() {
  const context = await tabs.context()
  onTestFinished(() => context.close())
  const address = chain.wallets[nextWallet++]?.address ?? ''
  const provider = chain.inference[0]?.address ?? ''
  const open = opening({ url: chain.anvil.url, address, network: chain.network, provider })
  return {
    context,
    provider,
    tab: (before?: string) => tabs.open(context, before),
    openBroker: (page: Page) => page.evaluate(open),
  }
}

/** Polls by a timer: a tab behind another one paints nothing. */
const becomes = (page: Page, expression: string) => page.waitForFunction(expression, undefined, { polling: 100 })

test('a reload with a wallet request open holds the sub-account until the person says what became of it', async () => {
  const { tab, openBroker, provider } = await person()
  const page = await tab()
  await openBroker(page)
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  await page.evaluate(`{
    app.isSilent = true
    void app.outcome(app.broker().ledger.transferFund('${provider}', 'inference', '1'))
  }`)
  await becomes(page, 'app.asked.length === 2')

  await page.reload()
  await openBroker(page)
  expect(await page.evaluate('app.refusal()')).toBeNull()
  expect(await page.evaluate('app.open$()')).toEqual([
    { id: expect.any(String) as string, value: 'mined', operation: 'addLedger', hashes: 1 },
    { id: expect.any(String) as string, value: 'prepared', operation: 'transferFund', hashes: 0 },
  ])
  await page.evaluate('app.start()')
  await becomes(page, `app.reason() === 'unresolved-intent'`)
  expect(await page.evaluate('app.asked')).toEqual([])

  await page.evaluate(`app.broker().resolveIntent(app.open$()[1].id, 'not-sent')`)
  await becomes(page, 'app.asked.length === 1')
  await becomes(page, `app.open$().at(-1).value === 'mined'`)
  expect(
    await page.evaluate(`app.broker().position().then((one) => one.subAccounts.map(({ balance }) => balance))`),
  ).toEqual([parseEther('2')])
})

test('a second tab reads and says why it does not send, and sends once the first one is closed', async () => {
  const { tab, openBroker } = await person()
  const first = await tab()
  await openBroker(first)
  await first.evaluate(`app.broker().ledger.addLedger('10')`)
  const second = await tab()
  await openBroker(second)
  const locked = {
    name: 'LockedError',
    message: expect.stringContaining('Another tab of this site sends transactions for this wallet.') as string,
  }
  expect(await second.evaluate('app.refusal()')).toEqual(locked)
  expect(await second.evaluate('app.broker().ledger.getLedger()')).toMatchObject({ available: parseEther('10') })
  expect(await second.evaluate(`app.outcome(app.broker().ledger.depositFund('1'))`)).toEqual(locked)
  expect(await second.evaluate('app.asked')).toEqual([])

  await first.close()
  await becomes(second, 'app.refusal() === null')
  expect(await second.evaluate('app.open$()')).toEqual([
    { id: expect.any(String) as string, value: 'mined', operation: 'addLedger', hashes: 1 },
  ])
  expect(await second.evaluate(`app.outcome(app.broker().ledger.depositFund('1'))`)).toBeNull()
  expect(await second.evaluate('app.broker().ledger.getLedger()')).toMatchObject({ available: parseEther('11') })
})

test('brokers of one page share the journal, and a second journal of one page says that it is one of this page', async () => {
  const { tab, openBroker } = await person()
  const page = await tab()
  await openBroker(page)
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  await openBroker(page)
  expect(await page.evaluate('app.refusal()')).toBeNull()
  expect(await page.evaluate(`app.outcome(app.broker().ledger.depositFund('1'))`)).toBeNull()
  const again = `app.indexedDbJournal({ chainId: 31337n, wallet: app.broker().wallet }).load()`
  expect(await page.evaluate(`app.outcome(${again})`)).toEqual({
    name: 'LockedError',
    message: expect.stringContaining('Another broker of this page sends transactions for this wallet.') as string,
  })
})

test.each([
  {
    missing: 'Web Locks',
    before: `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`,
    message: 'This page has no Web Locks, so another tab could send at the same time.',
  },
  {
    missing: 'IndexedDB',
    before: `Object.defineProperty(globalThis, 'indexedDB', { value: undefined })`,
    message: 'This page has no IndexedDB.',
  },
  {
    missing: 'storage',
    before: `IDBFactory.prototype.open = () => { throw new DOMException('access is denied', 'SecurityError') }`,
    message: 'The browser does not keep the journal of transactions in flight.',
  },
])('a page without $missing reads, and says why it does not send', async ({ before, message }) => {
  const { tab, openBroker } = await person()
  const page = await tab(before)
  await openBroker(page)
  expect(await page.evaluate('app.refusal()')).toEqual({
    name: 'JournalError',
    message: expect.stringContaining(message) as string,
  })
})

test('a page with neither IndexedDB nor Web Locks sends what its person approves', async () => {
  const { tab, openBroker, provider } = await person()
  const page = await tab(`
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined })
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
  `)
  await openBroker(page)
  expect(await page.evaluate('app.refusal()')).toBeNull()
  expect(
    await page.evaluate(`app.outcome((async () => app.broker().inference.startAutoFunding('${provider}'))())`),
  ).toMatchObject({ message: expect.stringContaining('auto-funding asks before each top-up.') as string })
  await page.evaluate(`app.broker().ledger.addLedger('10')`)
  await page.evaluate('app.start()')
  await becomes(page, `app.open$().at(-1).operation === 'transferFund' && app.open$().at(-1).value === 'mined'`)
})

/** Calls of a journal of its own, in a page without a broker. */
const JOURNAL = `
  globalThis.journalOf = (genesis) => app.indexedDbJournal({ chainId: 7n, wallet: '0xAB', genesis, compactAfter: 3 })
  globalThis.record = (id) => ({ type: 'paid', id, provider: '0x1', serviceType: 'inference', amount: 10n ** 18n + BigInt(id), at: Number(id) })
`

test('records keep their order and their amounts over compaction, a reload and another chain of the same id', async () => {
  const { tab } = await person()
  const page = await tab()
  await page.evaluate(`{ ${JOURNAL} }`)
  await page.evaluate(`(async () => {
    const journal = journalOf('0x01')
    await journal.load()
    for (const id of ['1', '2', '3', '4', '5']) await journal.append(record(id))
    await journal.close()
    const other = journalOf('0x02')
    if ((await other.load()).length > 0) throw new Error('the records of another chain were loaded')
    await other.append(record('6'))
    await other.close()
  })()`)
  await page.reload()
  await page.evaluate(`{ ${JOURNAL} }`)
  const expected = (id: number) => ({
    type: 'paid',
    id: String(id),
    provider: '0x1',
    serviceType: 'inference',
    amount: parseEther('1') + BigInt(id),
    at: id,
  })
  const loaded = await page.evaluate(`(async () => {
    const loads = []
    for (const genesis of ['0x01', '0x02']) {
      const journal = journalOf(genesis)
      loads.push(await journal.load())
      await journal.close()
    }
    return loads
  })()`)
  expect(loaded).toEqual([[1, 2, 3, 4, 5].map(expected), [expected(6)]])
})

test('a writer that lost its lock to another tab, or its journal to the browser, records nothing more', async () => {
  const { tab } = await person()
  const [first, second] = [await tab(), await tab()]
  const begin = `(async () => { ${JOURNAL}; globalThis.mine = journalOf(); await mine.load() })()`
  const append = `mine.append(record('1')).then(() => null, ({ name, message }) => ({ name, message }))`
  await first.evaluate(begin)
  await second.evaluate(`navigator.locks.request('og-ledger 7-0xab', { steal: true }, () => undefined)`)
  await second.evaluate(begin)
  expect(await first.evaluate(append)).toEqual({
    name: 'JournalError',
    message: expect.stringContaining('Another tab has written to the journal since.') as string,
  })
  expect(await second.evaluate(append)).toBeNull()

  await first.evaluate(`new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('og-ledger 7-0xab')
    request.onsuccess = resolve
    request.onerror = reject
  })`)
  expect(await second.evaluate(append)).toEqual({
    name: 'JournalError',
    message: expect.stringContaining('Another tab deletes the journal, or has a newer og-ledger.') as string,
  })
  expect(await second.evaluate('mine.refusal()?.name')).toBe('JournalError')
})

import type { JsonRpcProvider } from 'ethers'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ogToWei } from '../../src/index.ts'
import { startAnvil, type Anvil } from '../../src/local/anvil.ts'
import { BrowserWallet } from '../support/browser-wallet.ts'
import { builtExample, type BuiltExample } from '../support/built-example.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { until } from '../support/until.ts'
import { installWallet } from '../support/wallet-in-page.ts'
import { overflowOf, PHONE, useBrowser } from './chromium.ts'

const { newContext } = useBrowser()

let chain: LocalChain
let foreign: Anvil
let there: JsonRpcProvider
let example: BuiltExample
let restore: () => Promise<void>
let wallet: BrowserWallet

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 2 })
  restore = await chain.snapshot()
  foreign = await startAnvil({ accounts: 20, chainId: 1 })
  there = connect(foreign.url)
  const { chainId, ...network } = chain.network
  example = await builtExample({
    VITE_NETWORK: JSON.stringify({ ...network, chainId: Number(chainId), minLockedBalance: undefined }),
    VITE_PROVIDER: provider().address,
  })
}, 120_000)
afterEach(() => restore())
afterAll(async () => {
  await example.close()
  there.destroy()
  await foreign.stop()
  await chain[Symbol.asyncDispose]()
})

const provider = () => {
  const [first] = chain.inference
  if (!first) throw new Error('The chain has no provider.')
  return first
}
const addressOf = (index: number) => chain.wallets[index]?.address ?? ''

/** A tab with the page and a wallet that the test has in hand. */
async function open(options: BrowserContextOptions = {}, at = chain.provider): Promise<Page> {
  wallet = new BrowserWallet(at, [addressOf(0)])
  wallet.others.push(chain.provider)
  const context = await newContext({ viewport: { width: 900, height: 1_100 }, ...options })
  await installWallet(context, wallet)
  const page = await context.newPage()
  await page.goto(example.url)
  return page
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const figure = (page: Page, name: string) => page.locator(`dt:text-is("${name}") + dd`).innerText()
const shot = (page: Page, name: string) => page.screenshot({ path: `test-output/react-${name}.png`, fullPage: true })

/** From now on the wallet asks its person. @returns what confirms each request */
function keepWaiting(): () => void {
  let confirm = (): void => undefined
  const confirmed = new Promise<void>((resolve) => (confirm = resolve))
  wallet.answer = async (send) => {
    await confirmed
    return send()
  }
  return confirm
}

/** Opens the page, and a ledger of 10 OG. */
async function openWithLedger(options?: BrowserContextOptions): Promise<Page> {
  const page = await open(options)
  await press(page, 'Connect')
  await press(page, 'Open ledger')
  await expect.poll(() => figure(page, 'Available')).toBe('10 OG')
  return page
}

test('a wallet connects, opens a ledger, funds a provider, approves a top-up, asks back and claims', async () => {
  const page = await open()
  await shot(page, 'connect')
  await press(page, 'Connect')
  await see(page, 'You have no ledger yet.')
  await press(page, 'Open ledger')
  await expect.poll(() => figure(page, 'Available')).toBe('10 OG')
  await press(page, 'Fund up to 3 OG')
  await expect.poll(() => figure(page, 'It can charge')).toBe('3 OG')
  await page.getByLabel('Ask me whenever it runs low').check()
  await see(page, 'Nothing is due: sufficient.')

  await provider().settle(addressOf(0), ogToWei('1.5'))
  await see(page, 'Top up 1.5 OG?')
  await shot(page, 'approve')
  await press(page, 'Approve')
  await expect.poll(() => figure(page, 'It can charge')).toBe('3 OG')
  await page.getByLabel('Ask me whenever it runs low').uncheck()

  await press(page, 'Ask back')
  await expect.poll(() => figure(page, 'Asked back')).toBe('3 OG')
  await chain.warp(25 * 3_600)
  await press(page, 'Claim')
  await expect.poll(() => figure(page, 'Asked back')).toBe('0 OG')
  await expect.poll(() => figure(page, 'Available')).toBe('8.5 OG')
  await shot(page, 'claimed')
})

test('on the wrong chain the page says so, offers the switch, and sends nothing there', async () => {
  const page = await open({}, there)
  await press(page, 'Connect')
  await see(page, 'Your wallet is on another chain.')
  await shot(page, 'wrong-chain')
  expect(await page.getByRole('button', { name: 'Open ledger' }).count()).toBe(0)
  await press(page, 'Switch chain')
  await press(page, 'Open ledger')
  await expect.poll(() => figure(page, 'Available')).toBe('10 OG')
  expect(wallet.sends).toHaveLength(1)
  expect(await there.getTransactionCount(addressOf(0))).toBe(0)
})

test('a switch in the middle of a request sends nothing elsewhere, and the page says what to do', async () => {
  const page = await openWithLedger()
  wallet.before = (method) => {
    if (method === 'eth_chainId') void wallet.switchTo(there)
  }
  await press(page, 'Deposit')
  await see(page, 'Your wallet is on another chain.')
  await page.getByRole('alert').filter({ hasText: 'Nothing was sent' }).first().waitFor()
  expect(await there.getTransactionCount(addressOf(0))).toBe(0)
  wallet.before = () => undefined
  await press(page, 'Switch chain')
  await press(page, 'Deposit')
  await expect.poll(() => figure(page, 'Available')).toBe('20 OG')
})

test('another account is another ledger: what the page showed goes, and nothing of it is sent', async () => {
  const page = await openWithLedger()
  wallet.choose(addressOf(1))
  await see(page, 'You have no ledger yet.')
  await press(page, 'Open ledger')
  await expect.poll(() => figure(page, 'Available')).toBe('10 OG')
  expect(wallet.sends.map(({ from }) => String(from).toLowerCase())).toEqual(
    [addressOf(0), addressOf(1)].map((address) => address.toLowerCase()),
  )
})

test('a rejection in the wallet sends nothing, and can be tried again', async () => {
  const page = await openWithLedger()
  wallet.answer = 'reject'
  await press(page, 'Deposit')
  await see(page, 'You rejected it in the wallet. Nothing was sent.')
  expect(await page.getByRole('region', { name: 'Transactions' }).getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringMatching(/not sent$/) as string,
    expect.stringMatching(/mined$/) as string,
  ])
  wallet.answer = 'confirm'
  await press(page, 'Deposit')
  await expect.poll(() => figure(page, 'Available')).toBe('20 OG')
})

test('a double click asks the wallet once', async () => {
  const page = await openWithLedger()
  const confirm = keepWaiting()
  await page.getByRole('button', { name: 'Deposit', exact: true }).dblclick()
  await see(page, 'Confirm in your wallet…')
  await until(() => wallet.sends.length === 2)
  confirm()
  await expect.poll(() => figure(page, 'Available')).toBe('20 OG')
  expect(wallet.sends).toHaveLength(2)
})

test('a request that is confirmed after a reload is paid once, and the page shows it', async () => {
  const page = await openWithLedger()
  const confirm = keepWaiting()
  await press(page, 'Deposit')
  await until(() => wallet.sends.length === 2)
  await page.reload()
  await expect.poll(() => figure(page, 'Available')).toBe('10 OG')
  confirm()
  await expect.poll(() => figure(page, 'Available')).toBe('20 OG')
  expect(wallet.sends).toHaveLength(2)
})

test('a second tab reads, says why it does not send, and sends once the first one is closed', async () => {
  const first = await openWithLedger()
  const second = await first.context().newPage()
  await second.goto(example.url)
  await expect.poll(() => figure(second, 'Available')).toBe('10 OG')
  const notice = second.getByRole('alert').filter({ hasText: 'This tab only reads.' })
  await notice.filter({ hasText: 'Another tab sends for this wallet. Use that one, or close it.' }).waitFor()
  await press(second, 'Deposit')
  await second.locator('.failed').filter({ hasText: 'Another tab sends for this wallet.' }).waitFor()
  await shot(second, 'second-tab')
  expect(wallet.sends).toHaveLength(1)

  await press(first, 'Deposit')
  await expect.poll(() => figure(second, 'Available')).toBe('20 OG')
  await first.close()
  await chain.mine()
  await expect.poll(() => notice.count()).toBe(0)
  await press(second, 'Deposit')
  await expect.poll(() => figure(second, 'Available')).toBe('30 OG')
  expect(wallet.sends).toHaveLength(3)
})

test('a phone in the dark shows everything in its width', async () => {
  const page = await openWithLedger({ ...PHONE, colorScheme: 'dark' })
  await press(page, 'Fund up to 3 OG')
  await expect.poll(() => figure(page, 'It can charge')).toBe('3 OG')
  expect(await overflowOf(page)).toBe(0)
  await shot(page, 'phone-dark')
})

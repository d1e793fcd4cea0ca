import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, formatOg, memoryJournal, type Broker } from '../../src/index.ts'
import { freePort } from '../../src/local/free-port.ts'
import { openPackedApp } from '../e2e/bundlers/packed-app.ts'
import { BrowserWallet } from '../support/browser-wallet.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { installWallet } from '../support/wallet-in-page.ts'
import { useBrowser } from './chromium.ts'

/** Next compiles for half a minute on an idle machine. */
const TIMEOUT_MS = 600_000
const PASSWORD = 'of-this-test'
const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`

const app = await openPackedApp({ project: join(import.meta.dirname, '../../examples/next') })
const { newContext } = useBrowser()

describe.runIf(app !== null)('examples/next', { timeout: TIMEOUT_MS }, () => {
  let chain: LocalChain
  let server: ChildProcess | null = null
  let ended: Promise<unknown> | null = null
  let url: string

  beforeAll(async () => {
    chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
    const [signer] = chain.wallets
    if (!app || !signer) throw new Error('There is no app, or no wallet.')
    await withBroker((broker) => broker.ledger.addLedger('10'))

    // The packages lie in a folder above this one.
    const root = JSON.stringify(app.tool('..'))
    writeFileSync(join(app.folder, 'next.config.mjs'), `export default { turbopack: { root: ${root} } }\n`)
    const { chainId, ...network } = chain.network
    const env = {
      NEXT_TELEMETRY_DISABLED: '1',
      OG_RPC_URL: chain.anvil.url,
      OG_NETWORK: JSON.stringify({ ...network, chainId: Number(chainId), minLockedBalance: undefined }),
      OG_WALLET: signer.address,
      PASSWORD,
    }
    const next = app.tool('next/dist/bin/next')
    await app.run(process.execPath, [next, 'build'], env)
    const port = await freePort()
    server = spawn(process.execPath, [next, 'start', '-p', `${port}`, '-H', '127.0.0.1'], {
      cwd: app.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    ended = once(server, 'exit')
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream }))
      if (line.includes('Ready')) break
    url = `http://127.0.0.1:${port}/`
  }, TIMEOUT_MS)
  afterAll(async () => {
    server?.kill()
    await ended
    await chain[Symbol.asyncDispose]()
    app?.remove()
  })

  /** A broker of the wallet that is shown. */
  async function withBroker<Result>(act: (broker: Broker) => Promise<Result>): Promise<Result> {
    const [signer] = chain.wallets
    if (!signer) throw new Error('There is no wallet.')
    await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
    return await act(broker)
  }

  const available = async () => formatOg((await withBroker((broker) => broker.position())).ledger?.available ?? 0n)

  test('the server renders the ledger that it has read', async () => {
    const html = (await (await fetch(url)).text()).replaceAll('<!-- -->', '')
    expect(html).toContain('Available: <strong>10 OG</strong> <small>(stale)</small>')
  })

  test('the browser shows it at once, connects a wallet and deposits', async () => {
    const wallet = new BrowserWallet(chain.provider, [chain.wallets[0]?.address ?? ''])
    const context = await newContext()
    await installWallet(context, wallet)
    const page = await context.newPage()
    await page.goto(url)
    expect(await page.locator('strong').innerText()).toBe('10 OG')
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText('(fresh)').waitFor()
    await page.getByRole('button', { name: 'Deposit 10 OG' }).dblclick()
    await expect.poll(() => page.locator('strong').innerText(), { timeout: 30_000 }).toBe('20 OG')
    expect(wallet.sends).toHaveLength(1)
  })

  test('the visualizer lies behind its path and a login, with a slash at its end and without', async () => {
    expect((await fetch(`${url}ledger`)).status).toBe(401)
    for (const path of ['ledger', 'ledger/', 'ledger/page.js', 'ledger/api/hello'])
      expect([path, (await fetch(url + path, { headers: { authorization } })).status]).toEqual([path, 200])
  })

  test('the visualizer shows a deposit while it is open', async () => {
    const context = await newContext({ httpCredentials: { username: 'admin', password: PASSWORD } })
    const page = await context.newPage()
    await page.goto(`${url}ledger`)
    const before = await available()
    await page.getByText(`${before} OG`, { exact: true }).waitFor()
    await withBroker((broker) => broker.ledger.depositFund('7'))
    const after = await available()
    expect(after).not.toBe(before)
    await page.getByText(`${after} OG`, { exact: true }).waitFor()
  })

  test('a visitor who leaves makes room for another one, and the process ends while one is there', async () => {
    const hello = await fetch(`${url}ledger/api/hello`, { headers: { authorization } })
    const { id } = (await hello.json()) as { id: string }
    // The visualizer has room for a hundred.
    for (let visitor = 0; visitor < 120; visitor += 1) {
      const leaving = new AbortController()
      const { status, body } = await events(leaving.signal)
      await body?.getReader().read()
      expect([visitor, status]).toEqual([visitor, 200])
      leaving.abort()
    }
    const { body } = await events()
    server?.kill('SIGTERM')
    const reader = body?.getReader()
    let isDone = false
    while (!isDone) isDone = (await reader?.read())?.done ?? true
    await ended

    function events(signal: AbortSignal | null = null) {
      return fetch(`${url}ledger/api/events?after=${id}`, { headers: { authorization }, signal })
    }
  })
})

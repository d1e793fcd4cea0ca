import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { JsonRpcProvider } from 'ethers'
import { startAnvil } from '../dist/src/local/anvil.js'
import { deployContracts } from '../dist/src/local/deploy.js'
import { startHttpProvider } from '../dist/src/local/http-provider.js'
import { callOf, transact } from '../dist/src/local/transact.js'
import { testWallet } from '../dist/src/local/wallets.js'
import { bundlePage } from './bundle.mjs'
import { lives } from './lives.mjs'

// In the folder of the package, so that its programs find the peers.
const CACHE = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
const OG = 10n ** 18n
/** A life takes some seconds. */
const LONGEST_LIFE_MS = 120_000

/** What a page imports: the names that an app uses, and the hooks. */
const PROGRAM = `
export { createBroker, formatOg, ogToWei, OgLedgerError } from 'og-ledger'
export { LedgerProvider, useBroker, useLedger, usePlan, usePosition, useSubAccount, useTransactions, useLedgerAction } from 'og-ledger/react'
`

/**
 * What a page with the hooks of `og-ledger/react` loads of the package, minified, in kB of gzip: at first, and in each of its lives. Its
 * chunks run in a process that looks like a page, on a chain with the real contracts.
 */
export async function pageLives() {
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'og-ledger-page-'))
  const [page, world] = await Promise.all([bundlePage(PROGRAM), startWorld()])
  try {
    await page.write(folder)
    const program = pathToFileURL(join(folder, 'page.js')).href
    const sizes = { first: page.sizeOf(page.first().chunks) }
    for (const life of Object.keys(lives)) {
      const facts = { life, program, world: { ...world.facts, key: await world.wallet() } }
      sizes[life] = page.sizeOf(await live(facts))
    }
    return { ...sizes, all: page.sizeOf(page.names()) }
  } finally {
    await Promise.all([page.close(), world.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns the chunks that ran */
async function live(facts) {
  const child = fork(fileURLToPath(new URL('page-life.mjs', import.meta.url)), [JSON.stringify(facts)])
  const ended = once(child, 'exit').then(([code, signal]) =>
    Promise.reject(new Error(`The page ended with ${code === null ? signal : `code ${code}`}: ${facts.life}.`)),
  )
  ended.catch(() => undefined)
  // A page that waits for ever stays open: it ends with a sentence instead.
  const late = setTimeout(() => child.kill(), LONGEST_LIFE_MS)
  try {
    const [chunks] = await Promise.race([once(child, 'message'), ended])
    return chunks
  } finally {
    clearTimeout(late)
  }
}

/** The contracts with a provider that serves, and wallets whose sub-account there is low. */
async function startWorld() {
  const anvil = await startAnvil({ accounts: 2 + Object.keys(lives).length })
  const rpc = new JsonRpcProvider(anvil.url, 31337, { staticNetwork: true, cacheTimeout: -1 })
  let account = 0
  const contracts = await deployContracts(rpc, testWallet(account++, rpc))
  const provider = await startHttpProvider(contracts, testWallet(account++, rpc))
  const { ledger, inference, fineTuning } = contracts.network
  return {
    facts: { url: anvil.url, network: { chainId: 31337, ledger, inference, fineTuning }, provider: provider.address },
    /** The key of another wallet. */
    async wallet() {
      const wallet = testWallet(account++, rpc)
      const calls = [
        callOf(contracts.ledger, 'addLedger', [''], 10n * OG),
        callOf(contracts.ledger, 'transferFund', [provider.address, 'inference-v1.0', OG]),
      ]
      await transact(wallet, calls, { atOnce: true })
      return wallet.privateKey
    },
    async stop() {
      rpc.destroy()
      await Promise.all([provider.stop(), anvil.stop()])
    },
  }
}

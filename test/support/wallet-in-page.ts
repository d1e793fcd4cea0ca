import type { BrowserContext } from 'playwright-core'
import { WalletError, type BrowserWallet, type WalletRequest } from './browser-wallet.ts'

/** What the page's side of the wallet is: it passes requests on, and tells what the person chose. */
const PAGE_SIDE = `
  const listeners = new Map()
  const of = (event) => listeners.get(event) ?? new Set()
  window.tellPage = (event, value) => of(event).forEach((listener) => listener(value))
  window.ethereum = {
    async request(asked) {
      const { result, error } = JSON.parse(await window.askWallet(JSON.stringify(asked)))
      if (error) throw Object.assign(new Error(error.message), { code: error.code })
      return result
    },
    on: (event, listener) => void listeners.set(event, of(event).add(listener)),
    removeListener: (event, listener) => void of(event).delete(listener),
  }
`

/** Gives every page of a profile the wallet as `window.ethereum`. A request outlives the page that made it. */
export async function installWallet(context: BrowserContext, wallet: BrowserWallet): Promise<void> {
  await context.exposeFunction('askWallet', async (text: string) => {
    try {
      return JSON.stringify({ result: await wallet.request(JSON.parse(text) as WalletRequest) })
    } catch (error) {
      const code = error instanceof WalletError ? error.code : -32603
      return JSON.stringify({ error: { code, message: error instanceof Error ? error.message : String(error) } })
    }
  })
  await context.addInitScript(PAGE_SIDE)
  for (const event of ['accountsChanged', 'chainChanged'])
    wallet.on(event, (value) => {
      const words = `window.tellPage?.(${JSON.stringify(event)}, ${JSON.stringify(value)})`
      for (const page of context.pages()) page.evaluate(words).catch(() => undefined)
    })
}

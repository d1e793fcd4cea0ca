import type { JsonRpcProvider } from 'ethers'

export type WalletRequest = { method: string; params?: unknown[] | Record<string, unknown> | undefined }
type Listener = (value: unknown) => void

/** An error as a wallet gives it to a page: code and message (EIP-1193). */
export class WalletError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What the person at the wallet does with a request to send: signs and sends it, or rejects it. */
export type Answer = 'confirm' | 'reject' | ((send: () => Promise<unknown>) => Promise<unknown>)

/**
 * A browser wallet of a test's own: an EIP-1193 provider whose node signs, and whose person at any moment chooses another chain or
 * account, rejects, or does not answer.
 */
export class BrowserWallet {
  /** The node of the chain that the wallet is on. */
  at: JsonRpcProvider
  /** The accounts that the page may use, the chosen one first. */
  accounts: readonly string[]
  answer: Answer = 'confirm'
  /** Called with each request before it is answered. */
  before: (method: string) => void = () => undefined
  /** The requests to send, as the wallet got them. */
  readonly sends: Record<string, unknown>[] = []
  /** Other chains that the wallet knows, and switches to when a page asks for it. */
  readonly others: JsonRpcProvider[] = []
  /** Whether the person has let the page see the accounts. */
  isConnected = false
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor(at: JsonRpcProvider, accounts: readonly string[]) {
    this.at = at
    this.accounts = accounts
  }

  readonly request = async ({ method, params = [] }: WalletRequest): Promise<unknown> => {
    this.before(method)
    if (method === 'eth_requestAccounts') this.isConnected = true
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return this.isConnected ? this.accounts : []
    if (method === 'wallet_switchEthereumChain') return this.#switchOnRequest(params)
    if (method !== 'eth_sendTransaction') return this.at.send(method, params)
    const [transaction] = params as Record<string, unknown>[]
    this.sends.push(transaction ?? {})
    const send = (): Promise<unknown> => this.at.send(method, params)
    if (this.answer === 'reject') throw new WalletError(4001, 'User rejected the request.')
    return this.answer === 'confirm' ? send() : this.answer(send)
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener))
  }

  removeListener(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener)
  }

  /** The person chooses another chain. */
  async switchTo(node: JsonRpcProvider): Promise<void> {
    this.at = node
    this.#emit('chainChanged', await node.send('eth_chainId', []))
  }

  /** The person chooses another account for the page. */
  choose(...accounts: readonly string[]): void {
    this.accounts = accounts
    this.#emit('accountsChanged', accounts)
  }

  async #switchOnRequest(params: unknown): Promise<null> {
    const [{ chainId } = { chainId: '' }] = params as { chainId: string }[]
    for (const node of this.others)
      if ((await node.send('eth_chainId', [])) === chainId) {
        await this.switchTo(node)
        return null
      }
    throw new WalletError(4902, 'Unrecognized chain.')
  }

  #emit(event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value)
  }
}

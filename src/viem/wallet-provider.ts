import { InvalidInputError } from '../index.ts'
import { ViemProvider, type Ask } from './viem-provider.ts'

/** What only the wallet answers: which chain it is on, and what it signs and sends, and as whom. */
const OF_THE_WALLET = /^eth_(chainId|accounts|requestAccounts|sendTransaction|sign\w*)$|^(wallet|personal)_/

type Sender = { send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> }

/**
 * A wallet that signs while it sends, with a read side of its own. The wallet may be switched to another chain at any moment, so it is
 * the wallet that tells the chain's id; the read side has to be on the same chain.
 */
export class WalletProvider extends ViemProvider {
  readonly #read: Sender
  #isSameChain = false

  constructor(ask: Ask, read: Sender) {
    super(ask)
    this.#read = read
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    if (!OF_THE_WALLET.test(method)) return this.#read.send(method, params)
    if (method === 'eth_chainId' && !this.#isSameChain) await this.#checkChains()
    return super.send(method, params)
  }

  async #checkChains(): Promise<void> {
    const [read, wallet] = await Promise.all([this.#read.send('eth_chainId', []), super.send('eth_chainId', [])])
    const [expected, actual] = [BigInt(String(read)), BigInt(String(wallet))]
    this.#isSameChain = expected === actual
    if (this.#isSameChain) return
    throw new InvalidInputError('The wallet is on another chain than its read side.', {
      expected: `chain ${expected}`,
      actual: `chain ${actual}`,
      do: 'switch the wallet to the chain of the read side, then open the broker',
    })
  }
}

import {
  AbstractSigner,
  copyRequest,
  hexlify,
  resolveAddress,
  type PreparedTransactionRequest,
  type Provider,
  type TransactionRequest,
} from 'ethers'
import type { Hex, LocalAccount } from 'viem'

/**
 * Signs with a local account of viem, before anything is sent: a key in memory, a mnemonic, or an account whose functions ask a
 * key service.
 */
export class LocalSigner extends AbstractSigner {
  readonly #account: LocalAccount

  constructor(account: LocalAccount, provider: Provider) {
    super(provider)
    this.#account = account
  }

  override getAddress(): Promise<string> {
    return Promise.resolve(this.#account.address)
  }

  override connect(provider: Provider): LocalSigner {
    return new LocalSigner(this.#account, provider)
  }

  override async signTransaction(request: TransactionRequest): Promise<string> {
    const prepared = copyRequest(request)
    const to = await resolveAddress(prepared.to ?? '')
    return this.#account.signTransaction(serializableOf(prepared, to))
  }

  override signMessage(message: string | Uint8Array): Promise<string> {
    return this.#account.signMessage({
      message: typeof message === 'string' ? message : { raw: hex(hexlify(message)) },
    })
  }

  override signTypedData(): Promise<string> {
    return Promise.reject(new Error('og-ledger signs no typed data'))
  }
}

/** viem's words: `gasLimit` is `gas`, type 0 is legacy and type 2 eip1559. */
function serializableOf(request: PreparedTransactionRequest, to: string) {
  const { data = '0x', value = 0n, nonce, gasLimit, chainId, type } = request
  if (nonce === undefined || gasLimit === undefined || chainId === undefined)
    throw new Error('a transaction is signed with its nonce, gas limit and chain')
  const common = { to: hex(to), data: hex(data), value, nonce, gas: gasLimit, chainId: Number(chainId) }
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = request
  if (type === 0 && typeof gasPrice === 'bigint') return { ...common, type: 'legacy' as const, gasPrice }
  if (type === 2 && typeof maxFeePerGas === 'bigint' && typeof maxPriorityFeePerGas === 'bigint')
    return { ...common, type: 'eip1559' as const, maxFeePerGas, maxPriorityFeePerGas }
  throw new Error(`a transaction of type ${type} is not signed`)
}

/** Text that is hex already, with viem's type. */
function hex(text: string): Hex {
  return `0x${text.slice(2)}`
}

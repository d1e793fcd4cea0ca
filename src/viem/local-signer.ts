import {
  AbstractSigner,
  copyRequest,
  hexlify,
  resolveAddress,
  Transaction,
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
    const raw = await this.#account.signTransaction(serializableOf(prepared, to))
    checkSigned(raw, { ...prepared, to }, this.#account.address)
    return raw
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

type Checked = PreparedTransactionRequest & { to: string }

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

/** The journal records these bytes as the intent: an account with functions of its own may have signed something else. */
function checkSigned(raw: string, request: Checked, address: string): void {
  const signed = Transaction.from(raw)
  const { unsignedHash } = Transaction.from({ ...plain(request), to: request.to })
  if (signed.unsignedHash !== unsignedHash) throw new Error('the account signed another transaction than the given one')
  if (signed.from?.toLowerCase() !== address.toLowerCase()) throw new Error("the signature is not of the account's key")
}

function plain({ type, chainId, nonce, gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas, value, data }: Checked) {
  const known = { type, chainId, nonce, gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas, value, data }
  return Object.fromEntries(Object.entries(known).filter((entry) => entry[1] !== undefined))
}

/** Text that is hex already, with viem's type. */
function hex(text: string): Hex {
  return `0x${text.slice(2)}`
}

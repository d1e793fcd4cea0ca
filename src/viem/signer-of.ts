import { JsonRpcSigner, type Signer } from 'ethers'
import { http, type Client, type LocalAccount, type Transport } from 'viem'
import { InvalidInputError } from '../index.ts'
import { checkedAccount, checkedSource, checkReadSide, isClient } from './check-source.ts'
import { LocalSigner } from './local-signer.ts'
import { askerOf, viemProvider } from './provider-of.ts'
import type { ViemProvider } from './viem-provider.ts'
import { WalletProvider } from './wallet-provider.ts'

/** Where the chain is read, and signed transactions are sent: a URL, a transport, or a client of viem. */
export type ReadSide = { rpc: string | Transport; publicClient?: never } | { publicClient: Client; rpc?: never }

/**
 * Makes the signer of a broker from an account or a wallet client of viem.
 *
 * - A local account (`privateKeyToAccount`, `mnemonicToAccount`, `toAccount`) signs before anything is sent: the journal holds
 *   the signed bytes, and a restart sends the same.
 * - A wallet client of a browser wallet, whose account is `json-rpc`, signs only while it sends. Each request is sent to the wallet
 *   once, and only while the wallet is on the chain that is read. Without a read side the wallet is asked for all.
 *
 * @example
 * const signer = signerOf(privateKeyToAccount(key), { rpc: 'https://evmrpc.0g.ai' })
 * const broker = await createBroker({ signer })
 *
 * @example
 * const [account] = await createWalletClient({ transport: custom(window.ethereum) }).requestAddresses()
 * const signer = signerOf(createWalletClient({ account, transport: custom(window.ethereum) }))
 *
 * @throws InvalidInputError for a client without an account, an account that signs elsewhere, a local account without a
 *   read side, and an address of a node that cannot be asked
 */
export function signerOf(account: LocalAccount, read: ReadSide): Signer
export function signerOf(walletClient: Client, read?: ReadSide): Signer
export function signerOf(source: LocalAccount | Client, read?: ReadSide): Signer {
  checkedSource(source)
  const client = isClient(source) ? source : null
  const account = checkedAccount(isClient(source) ? source.account : source)
  if (account.type === 'local') return new LocalSigner(account, readProviderOf(read, client))
  if (!client) throw noWallet()
  const provider = read ? new WalletProvider(askerOf(client), readProviderOf(read, null)) : viemProvider(client)
  return new JsonRpcSigner(provider, account.address)
}

function readProviderOf(read: ReadSide | undefined, client: Client | null): ViemProvider {
  checkReadSide(read)
  const { rpc, publicClient } = read ?? {}
  // ethers' own provider would look for a node that is down for ever, and keep the process alive.
  const source = typeof rpc === 'string' ? http(rpc, { batch: true }) : (rpc ?? publicClient ?? client)
  if (source) return viemProvider(source)
  throw new InvalidInputError('A local account does not know where its chain is.', {
    do: 'pass { rpc: url } or { publicClient } as the second argument of signerOf',
  })
}

function noWallet(): InvalidInputError {
  return new InvalidInputError('An account of type json-rpc signs in its wallet, which only a wallet client reaches.', {
    do: 'pass createWalletClient({ account, transport: custom(ethereum) })',
  })
}

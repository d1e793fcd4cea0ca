import { readFile } from 'node:fs/promises'
import { FetchRequest, getAddress, JsonRpcProvider, Network, Wallet } from 'ethers'
import { InvalidInputError, ReadError, type Connection } from '../../index.ts'
import { redact } from '../../base/redact.ts'
import { UsageError } from '../arguments/usage-error.ts'

const TIMEOUT_MS = 30_000

/** A provider of a chain that was asked for its id once. It keeps nothing in a cache and never polls by itself. */
export async function connectTo(url: string, host: string): Promise<JsonRpcProvider> {
  const request = new FetchRequest(url)
  request.timeout = TIMEOUT_MS
  const network = Network.from(await chainIdOf(request, host))
  return new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1 })
}

export type KeySource = {
  /** Encrypted JSON. It comes first: it was named on the command line. */
  keystore: string | undefined
  privateKey: string | undefined
  password: () => Promise<string>
}

/** The wallet that signs, connected. Nothing of its key is in any message. */
export async function walletOf(source: KeySource, provider: JsonRpcProvider): Promise<Wallet> {
  const { keystore, privateKey, password } = source
  if (keystore !== undefined) return decrypted(keystore, password, provider)
  if (privateKey) return walletOfKey(privateKey, provider)
  throw new UsageError('No key: set PRIVATE_KEY in the environment, or use --keystore FILE.')
}

/** What a command looks at: no password is needed to read an address in a keystore. */
export async function watched(
  address: string | undefined,
  { keystore, privateKey }: KeySource,
  provider: JsonRpcProvider,
): Promise<Connection> {
  if (address !== undefined) return { provider, address }
  if (keystore !== undefined) return { provider, address: await addressIn(keystore) }
  if (privateKey) return { provider, address: walletOfKey(privateKey).address }
  throw new UsageError('Whose ledger? Use --address, or the key of the wallet (PRIVATE_KEY or --keystore).')
}

/** An address with its checksum, so that a typing error is found before anything else happens. */
export function addressOf(text: string, name: string): string {
  try {
    if (/^0x/i.test(text)) return getAddress(text)
  } catch {
    // told below
  }
  throw new UsageError(`${name} is no address: ${JSON.stringify(text)}. In mixed case the checksum must hold.`)
}

async function chainIdOf(request: FetchRequest, host: string): Promise<bigint> {
  const probe = request.clone()
  probe.body = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }
  try {
    const response = await probe.send()
    response.assertOk()
    const { result } = response.bodyJson as { result?: unknown }
    if (typeof result === 'string') return BigInt(result)
  } catch (error) {
    throw new ReadError('The node does not answer.', { host, reason: reasonOf(error) })
  }
  throw new ReadError('This is no node: it does not tell the id of a chain.', { host })
}

/** ethers' own messages carry the whole request with its URL. */
function reasonOf(error: unknown): string {
  const { shortMessage, message } = error as { shortMessage?: string; message?: string }
  return redact(shortMessage ?? message ?? 'not told', { urls: 'host' })
}

function walletOfKey(key: string, provider?: JsonRpcProvider): Wallet {
  try {
    return new Wallet(key.trim(), provider)
  } catch {
    throw new InvalidInputError('PRIVATE_KEY is not a key.', { expected: '64 hex digits, with or without 0x' })
  }
}

async function decrypted(file: string, ask: () => Promise<string>, provider: JsonRpcProvider): Promise<Wallet> {
  const json = await keystoreIn(file)
  const password = await ask()
  try {
    const { privateKey } = await Wallet.fromEncryptedJson(json, password)
    return new Wallet(privateKey, provider)
  } catch {
    throw new InvalidInputError('The keystore does not open with this password.', { keystore: file })
  }
}

async function addressIn(file: string): Promise<string> {
  const { address } = JSON.parse(await keystoreIn(file)) as { address?: unknown }
  if (typeof address === 'string') return addressOf(`0x${address.replace(/^0x/i, '')}`, 'The address in the keystore')
  throw new UsageError('The keystore does not name its address: use --address.')
}

async function keystoreIn(file: string): Promise<string> {
  const json = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`The keystore ${file} cannot be read.`)
  })
  try {
    if (typeof JSON.parse(json) === 'object') return json
  } catch {
    // told below
  }
  throw new UsageError(`${file} is no keystore: it is not JSON.`)
}

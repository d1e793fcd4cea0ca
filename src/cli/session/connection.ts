import { FetchRequest, getAddress, JsonRpcProvider, Network, Wallet, type FetchGetUrlFunc } from 'ethers'
import { InvalidInputError, ReadError, type Connection } from '../../index.ts'
import { redact } from '../../base/redact.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { withoutQuotes } from '../config/text.ts'
import type { KEY_VARIABLES } from './environment.ts'
import { boundedGetUrl } from './bounded-answer.ts'
import { openKeystore, readKeystore } from './keystore.ts'
import { decodeByPlatform } from './platform-json.ts'

const TIMEOUT_MS = 30_000
const MOST_REDIRECTS = 3

/** Connects to a node, and asks it once for the id of its chain. The provider has no cache and does not poll. */
export async function connectTo(url: string, host: string): Promise<JsonRpcProvider> {
  const request = new FetchRequest(url)
  request.timeout = TIMEOUT_MS
  request.getUrlFunc = refuseRedirects(boundedGetUrl())
  decodeByPlatform(request)
  const network = Network.from(await chainIdOf(request, host))
  return new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1 })
}

export type KeySource = {
  /** A file of encrypted JSON. It goes before the environment: the command line names it. */
  keystore: string | undefined
  privateKey: string | undefined
  password: () => Promise<string>
  /** The variable of `privateKey` and the option of `keystore`. */
  names: { variable: (typeof KEY_VARIABLES)[number]; option: string }
}

/** The wallet that signs, connected to the node. No error message repeats its key. */
export async function walletOf(source: KeySource, provider: JsonRpcProvider): Promise<Wallet> {
  const { keystore, privateKey, password, names } = source
  if (keystore !== undefined) return walletOfKeystore(keystore, password, provider)
  if (privateKey) return walletOfKey(privateKey, names.variable, provider)
  throw new UsageError(`No key: set ${names.variable} in the environment, or use ${names.option} FILE.`)
}

/** The address that a command looks at, without its key: a keystore names its address without a password. */
export async function readOnlyConnection(
  address: string | undefined,
  { keystore, privateKey, names }: KeySource,
  provider: JsonRpcProvider,
): Promise<Connection> {
  if (address !== undefined) return { provider, address }
  if (keystore !== undefined) return { provider, address: await addressIn(keystore) }
  if (privateKey) return { provider, address: walletOfKey(privateKey, names.variable).address }
  throw new UsageError('Whose ledger? Use --address, or the key of the wallet (PRIVATE_KEY or --keystore).')
}

/** An address with its checksum. A wrong checksum is refused before any request is sent. */
export function addressOf(text: string, name: string): string {
  try {
    if (/^0x/i.test(text)) return getAddress(text)
  } catch {
    // Refused below.
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
  throw new ReadError('This is no node: it does not answer eth_chainId.', { host })
}

/** The messages of ethers hold the whole request with its URL. */
function reasonOf(error: unknown): string {
  const { shortMessage, message } = error as { shortMessage?: string; message?: string }
  return redact(shortMessage ?? message ?? 'it gave no reason', { urls: 'host' })
}

/** @throws InvalidInputError that names the variable, and never the key */
export function walletOfKey(key: string, name: string, provider?: JsonRpcProvider): Wallet {
  try {
    return new Wallet(withoutQuotes(key), provider)
  } catch {
    throw new InvalidInputError(`${name} is not a key.`, { expected: '64 hex digits, with or without 0x' })
  }
}

async function walletOfKeystore(file: string, ask: () => Promise<string>, provider: JsonRpcProvider): Promise<Wallet> {
  const keystore = await readKeystore(file)
  return new Wallet(await openKeystore(keystore, await ask()), provider)
}

async function addressIn(file: string): Promise<string> {
  const { address } = await readKeystore(file)
  if (address !== null) return addressOf(`0x${address.replace(/^0x/i, '')}`, 'The address in the keystore')
  throw new UsageError('The keystore does not name its address: use --address.')
}

/**
 * ethers follows a redirect with the whole request: its body may be a signed transaction, and its headers credentials. Here a
 * request stays with the host that the user named: to https, or to another path, and not to another host.
 */
function refuseRedirects(getUrl: FetchGetUrlFunc): FetchGetUrlFunc {
  return async (request, signal) => {
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const response = await getUrl(request, signal)
      const { location } = response.headers
      if (response.statusCode < 300 || response.statusCode >= 400 || !location) return response
      request = request.clone()
      request.url = redirectionOf(request.url, location)
    }
    throw new Error('it redirects again and again')
  }
}

/** @throws Error for another host, and for https that becomes http */
function redirectionOf(url: string, location: string): string {
  const from = new URL(url)
  const to = URL.canParse(location, url) ? new URL(location, url) : null
  if (to?.host !== from.host)
    throw new Error(
      `it redirects to another host (${to?.host || 'none'}), which gets nothing: name that with --rpc-url`,
    )
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) throw new Error('it redirects from https to http')
  return to.href
}

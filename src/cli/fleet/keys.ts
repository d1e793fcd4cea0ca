import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import process, { platform } from 'node:process'
import { HDNodeWallet, Wallet, type Signer } from 'ethers'
import { InvalidInputError } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { addressOf, walletOfKey } from '../session/connection.ts'
import { openKeystore, readKeystore, type Keystore } from '../session/keystore.ts'
import type { WalletSource } from './config.ts'

/** Opening a keystore takes a second. */
const TRIED = 3

/** One wallet of the config: what patterns match, and where its key comes from. */
export type NamedWallet = { address: string; name: string }

export type FleetKeys = {
  wallets: readonly NamedWallet[]
  /** The key of a wallet that this process has claimed. No error repeats it. */
  signerOf(address: string): Signer | Promise<Signer>
}

/**
 * Finds the wallets of a config. The password is tried on a few encrypted keys. Each is opened later, by the process that claims its
 * wallet.
 *
 * @param password asked for where there are keystores
 * @throws UsageError that names the file, or the environment variable; InvalidInputError for a password that opens nothing
 */
export async function keysOf(source: WalletSource, password: () => Promise<string>): Promise<FleetKeys> {
  switch (source.kind) {
    case 'file':
      return keysOfFile(source.path)
    case 'keystores':
      return keysOfFolder(source.path, password)
    case 'mnemonic':
      return keysOfMnemonic(source)
  }
}

/** A key in each line, and behind a blank its name. Blank lines and those that begin with # are left out. */
async function keysOfFile(path: string): Promise<FleetKeys> {
  const text = await readFile(path, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError(`The file of keys ${path} cannot be read (${code}).`)
  })
  const { mode } = await stat(path)
  if (platform !== 'win32' && (mode & 0o077) !== 0)
    throw new UsageError(`Other users may read the keys in ${path}: chmod 600 it.`)
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }))
  const found = lines
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => {
      const [key = '', ...words] = line.split(/\s+/)
      const wallet = walletOfKey(key, `Line ${number} of ${path}`)
      return { wallet, name: words.join(' ') || wallet.address }
    })
  return keysIn(found, path)
}

async function keysOfFolder(folder: string, password: () => Promise<string>): Promise<FleetKeys> {
  const names = await readdir(folder).catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError(`The folder of keystores ${folder} cannot be read (${code}).`)
  })
  // Keystores of geth begin with UTC-- and have no ending.
  const files = names.filter((name) => /^UTC--|\.json$/i.test(name)).toSorted()
  const keystores = await Promise.all(files.map((name) => readKeystore(join(folder, name))))
  const byAddress = new Map(
    keystores.map((keystore) => {
      const { file, address } = keystore
      if (address === null) throw new UsageError(`${file} does not name its address, so its wallet is not known.`)
      return [addressOf(`0x${address.replace(/^0x/i, '')}`, `The address in ${file}`), keystore] as const
    }),
  )
  if (byAddress.size < keystores.length) throw new UsageError(`${folder} has a key twice.`)
  const wallets = someOf(
    [...byAddress].map(([address, { file }]) => ({ address, name: basename(file).replace(/\.json$/i, '') })),
    folder,
  )
  const typed = await password()
  await tryPassword(keystores.slice(0, TRIED), typed)
  return {
    wallets,
    async signerOf(address) {
      const keystore = byAddress.get(address)
      if (!keystore) throw new InvalidInputError('There is no keystore of this wallet.', { wallet: address })
      return new Wallet(await openKeystore(keystore, typed))
    },
  }
}

/** A password that opens none is refused before anything is done. One keystore that it does not open is a wallet that fails. */
async function tryPassword(keystores: readonly Keystore[], password: string): Promise<void> {
  const failures: unknown[] = []
  for (const keystore of keystores)
    try {
      await openKeystore(keystore, password)
      return
    } catch (error) {
      failures.push(error)
    }
  throw failures[0]
}

function keysOfMnemonic({ env, path, from, to }: WalletSource & { kind: 'mnemonic' }): FleetKeys {
  const phrase = process.env[env]
  if (!phrase) throw new UsageError(`No phrase: set ${env} in the environment.`)
  const root = rootOf(phrase.trim(), { env, path })
  const found = Array.from({ length: to - from + 1 }, (_, index) => ({
    wallet: new Wallet(root.deriveChild(from + index).privateKey),
    name: String(from + index),
  }))
  return keysIn(found, env)
}

/** ethers' own error repeats the phrase. */
function rootOf(phrase: string, { env, path }: { env: string; path: string }): HDNodeWallet {
  try {
    return HDNodeWallet.fromPhrase(phrase, '', path)
  } catch {
    throw new UsageError(`${env} is no phrase: its words, or their checksum, are wrong.`)
  }
}

function keysIn(found: readonly { wallet: Wallet; name: string }[], place: string): FleetKeys {
  const byAddress = new Map(found.map(({ wallet }) => [wallet.address, wallet]))
  if (byAddress.size < found.length) throw new UsageError(`${place} has a key twice.`)
  return {
    wallets: someOf(
      found.map(({ wallet, name }) => ({ address: wallet.address, name })),
      place,
    ),
    signerOf(address) {
      const wallet = byAddress.get(address)
      if (!wallet) throw new InvalidInputError('There is no key of this wallet.', { wallet: address })
      return wallet
    },
  }
}

function someOf(wallets: readonly NamedWallet[], place: string): readonly NamedWallet[] {
  if (wallets.length > 0) return wallets
  throw new UsageError(`There is no wallet in ${place}.`)
}

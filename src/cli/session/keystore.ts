import { readFile } from 'node:fs/promises'
import { Wallet } from 'ethers'
import { oneLine } from '../../base/one-line.ts'
import { InvalidInputError } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { withoutBom } from '../config/text.ts'

/** A keystore file (Web3 Secret Storage, version 3): its text, and the address that it names without a password. */
export type Keystore = { file: string; json: string; address: string | null }

const CIPHERS = ['aes-128-ctr']
const KDFS = ['scrypt', 'pbkdf2']
const LONGEST_NAME = 40

/**
 * Reads a keystore and checks its form, so that a password is asked for only where one can open it.
 *
 * @throws UsageError that names the file and what is wrong with it
 */
export async function readKeystore(file: string): Promise<Keystore> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError(`The keystore ${file} cannot be read (${code}).`)
  })
  const json = withoutBom(text)
  if (json.trim() === '') throw new UsageError(`The keystore ${file} is empty.`)
  const fields = fieldsOf(parseKeystore(json, file))
  // A presale wallet of 2014 has another form, which ethers reads as well.
  if (typeof fields['encseed'] !== 'string') checkForm(file, fields)
  const address = fields['address'] ?? fields['ethaddr']
  return { file, json, address: typeof address === 'string' && address !== '' ? address : null }
}

/** @throws InvalidInputError for a wrong password, and for an address that is not the key's */
export async function openKeystore({ file, json }: Keystore, password: string): Promise<string> {
  try {
    const { privateKey } = await Wallet.fromEncryptedJson(json, password)
    return privateKey
  } catch (error) {
    throw new InvalidInputError(sentenceOf(error), { keystore: file })
  }
}

/** The messages of ethers repeat values of the file: only what they are about is taken from them. */
function sentenceOf(error: unknown): string {
  const { argument, shortMessage, message } = error as { argument?: string; shortMessage?: string; message?: string }
  const text = shortMessage ?? message ?? ''
  if (/incorrect password/i.test(text)) return 'The keystore does not open with this password.'
  if (/mismatch/i.test(text) || argument === 'address') return 'The address in the keystore is not that of its key.'
  return 'The keystore is damaged: its parts do not decode.'
}

function checkForm(file: string, fields: Fields): void {
  const refuse = (why: string) => new UsageError(`${file} is no keystore that og-ledger opens: ${why}.`)
  const { version, crypto } = fields
  if (typeof crypto !== 'object' || crypto === null) throw refuse('it has no "crypto"')
  if (Number(version) !== 3) throw refuse(`its version is ${nameOf(version)}; 3 is known`)
  const { cipher, kdf, ciphertext, mac } = fieldsOf(crypto)
  if (!CIPHERS.includes(wordOf(cipher))) throw refuse(`its cipher is ${nameOf(cipher)}; ${CIPHERS.join(', ')} is known`)
  if (!KDFS.includes(wordOf(kdf))) throw refuse(`its KDF is ${nameOf(kdf)}; ${KDFS.join(' and ')} are known`)
  if (typeof ciphertext !== 'string' || typeof mac !== 'string') throw refuse('it has no "ciphertext" or no "mac"')
}

type Fields = Readonly<Record<string, unknown>>

/** Old programs write `Crypto`, and ethers takes any case. */
function fieldsOf(value: unknown): Fields {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.map(([name, one]: [string, unknown]) => [name.toLowerCase(), one]))
}

function parseKeystore(json: string, file: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new UsageError(`${file} is no keystore: it is not JSON.`)
  }
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '')

const nameOf = (value: unknown): string =>
  value === undefined
    ? 'missing'
    : typeof value === 'string' || typeof value === 'number'
      ? JSON.stringify(oneLine(String(value)).slice(0, LONGEST_NAME))
      : 'no text'

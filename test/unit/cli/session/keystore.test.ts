import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptKeystoreJson, Wallet, type JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOnlyConnection, walletOf } from '../../../../src/cli/session/connection.ts'

const PRIVATE_KEY = `0x${'59c6995e998f97a5'.repeat(4)}`
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const PASSWORD = 'hunter22'
const { address } = new Wallet(PRIVATE_KEY)
const provider = { destroy: () => undefined } as unknown as JsonRpcProvider

type Json = Record<string, unknown>
let folder: string
let good: Json

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-keystore-'))
  const json = await encryptKeystoreJson({ address, privateKey: PRIVATE_KEY }, PASSWORD, { scrypt: { N: 2 } })
  const all = JSON.parse(json) as Json
  good = { address: all['address'], id: all['id'], version: 3, crypto: all['Crypto'] ?? all['crypto'] }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function fileWith(text: string): Promise<string> {
  const file = join(folder, 'key.json')
  await writeFile(file, text)
  return file
}

const names = { variable: 'PRIVATE_KEY', option: '--keystore' } as const
const open = async (file: string, password = PASSWORD) =>
  walletOf({ keystore: file, privateKey: undefined, password: () => Promise.resolve(password), names }, provider)
const cryptoWith = (more: Json) => JSON.stringify({ ...good, crypto: { ...(good['crypto'] as Json), ...more } })

test.for<[string, () => string, string]>([
  ['an empty file', () => '', 'The keystore FILE is empty.'],
  ['blanks', () => ' \n', 'The keystore FILE is empty.'],
  ['no JSON', () => PRIVATE_KEY, 'FILE is no keystore: it is not JSON.'],
  ['null', () => 'null', 'FILE is no keystore that og-ledger opens: it has no "crypto".'],
  ['a list', () => '[1]', 'FILE is no keystore that og-ledger opens: it has no "crypto".'],
  ['a config', () => '{"providers":[]}', 'FILE is no keystore that og-ledger opens: it has no "crypto".'],
  ['version 1', () => JSON.stringify({ ...good, version: 1 }), 'its version is "1"; 3 is known.'],
  ['no version', () => JSON.stringify({ ...good, version: undefined }), 'its version is missing; 3 is known.'],
  ['cipher', () => cryptoWith({ cipher: 'aes-128-cbc' }), 'its cipher is "aes-128-cbc"; aes-128-ctr is known.'],
  ['no cipher', () => cryptoWith({ cipher: undefined }), 'its cipher is missing; aes-128-ctr is known.'],
  ['KDF', () => cryptoWith({ kdf: 'argon2id' }), 'its KDF is "argon2id"; scrypt and pbkdf2 are known.'],
  ['escapes in a name', () => cryptoWith({ kdf: '\u001b[2Jx' }), 'its KDF is "[2Jx"; scrypt and pbkdf2 are known.'],
  ['no mac', () => cryptoWith({ mac: undefined }), 'it has no "ciphertext" or no "mac".'],
  ['parameters', () => cryptoWith({ kdfparams: {} }), 'The keystore is damaged: its parts do not decode.'],
  [
    'the address of another',
    () => JSON.stringify({ ...good, address: OTHER.slice(2).toLowerCase() }),
    'The address in the keystore is not that of its key.',
  ],
  [
    'an address that is none',
    () => JSON.stringify({ ...good, address: 'me' }),
    'The address in the keystore is not that of its key.',
  ],
])('what does not open says why, and no password is blamed: %s', async ([, text, sentence]) => {
  const file = await fileWith(text())
  const error = await open(file).then(
    () => expect.fail('It opened.'),
    (error: unknown) => error as Error,
  )
  expect(error.message.replaceAll(file, 'FILE').split('\n')[0]).toContain(sentence)
  expect(error.message).not.toContain(PASSWORD)
  expect(error.message).not.toContain(PRIVATE_KEY.slice(2))
})

test('a wrong password is named as such', async () => {
  await expect(open(await fileWith(JSON.stringify(good)), 'hunter23')).rejects.toThrow(
    'The keystore does not open with this password.',
  )
})

test.for<[string, () => string]>([
  ['as ethers writes it', () => JSON.stringify(good)],
  ['with a byte order mark', () => `\uFEFF${JSON.stringify(good)}`],
  ['as cast writes it, without an address', () => JSON.stringify({ ...good, address: undefined })],
  ['with an empty address', () => JSON.stringify({ ...good, address: '' })],
  ['with Crypto in upper case', () => JSON.stringify({ ...good, crypto: undefined, Crypto: good['crypto'] })],
  ['with an address that begins with 0x', () => JSON.stringify({ ...good, address })],
])('a keystore opens: %s', async ([, text]) => {
  expect((await open(await fileWith(text()))).address).toBe(address)
})

test('a keystore names its address without a password, and one of cast says to use --address', async () => {
  const password = () => expect.fail('No password is needed.')
  const at = (keystore: string) =>
    readOnlyConnection(undefined, { keystore, privateKey: undefined, password, names }, provider)
  expect(await at(await fileWith(`\uFEFF${JSON.stringify(good)}`))).toEqual({ provider, address })
  await expect(at(await fileWith(JSON.stringify({ ...good, address: undefined })))).rejects.toThrow(
    'The keystore does not name its address: use --address.',
  )
})

test.for([` ${PRIVATE_KEY}\n`, `"${PRIVATE_KEY}"`, `'${PRIVATE_KEY.slice(2)}'`, ` " ${PRIVATE_KEY} " `])(
  'a key may have quotes and blanks round it, as an env-file leaves them: %j',
  async (privateKey) => {
    const source = { keystore: undefined, privateKey, password: () => expect.fail('No password is needed.'), names }
    expect((await walletOf(source, provider)).address).toBe(address)
  },
)

test.for([`"${PRIVATE_KEY}`, `${PRIVATE_KEY}0`, `0x${PRIVATE_KEY.slice(2).replace(/(.{8})/g, '$1 ')}`])(
  'what is no key is refused, and not repeated: %j',
  async (privateKey) => {
    const source = { keystore: undefined, privateKey, password: () => expect.fail('No password is needed.'), names }
    const error = await walletOf(source, provider).then(
      () => expect.fail('It was taken.'),
      (error: unknown) => error as Error,
    )
    expect(error.message).toMatch(/^PRIVATE_KEY is not a key\./)
    expect(error.message).not.toContain(PRIVATE_KEY.slice(2, 10))
  },
)

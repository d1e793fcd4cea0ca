import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptKeystoreJson, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startAnvil, type Anvil } from '../../../src/local/anvil.ts'
import { run } from './cli-process.ts'

const PASSWORD = 'hunter22'

let anvil: Anvil
let folder: string
let good: Record<string, unknown>

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 1 })
  folder = mkdtempSync(join(tmpdir(), 'og-ledger-keystores-'))
  const { address, privateKey } = Wallet.createRandom()
  good = JSON.parse(await encryptKeystoreJson({ address, privateKey }, PASSWORD, { scrypt: { N: 2 } })) as typeof good
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await anvil.stop()
})

const crypto = () => (good['Crypto'] ?? good['crypto']) as object

test.for<[string, () => object, string]>([
  ['a config', () => ({ providers: [] }), 'no keystore'],
  [
    'the keystore of another address',
    () => ({ ...good, address: '70997970c51812dc3a010c7d01b50e0d17dc79c8' }),
    'address',
  ],
  ['another cipher', () => ({ ...good, Crypto: { ...crypto(), cipher: 'aes-128-cbc' } }), 'aes-128-cbc'],
])('the command line says what is wrong with %s, and blames no password', async ([, content, words]) => {
  const file = join(folder, 'key.json')
  writeFileSync(file, JSON.stringify(content()))
  const ledger = '0x0000000000000000000000000000000000000001'
  const place = ['--rpc-url', anvil.url, '--ledger', ledger, '--inference', ledger, '--chain-id', '31337']
  const { code, stderr } = await run(['deposit', '5', '--yes', '--keystore', file, ...place], {
    KEYSTORE_PASSWORD: PASSWORD,
  })
  expect(code).not.toBe(0)
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('does not open with this password')
})

test('a config that begins with a byte order mark is read', async () => {
  const file = join(folder, 'config.json')
  writeFileSync(file, '\uFEFF{"providers":[{"provider":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}]}')
  const { stderr } = await run(['auto-fund', '--config', file, '--yes', '--rpc-url', anvil.url])
  expect(stderr).toContain('No key: set PRIVATE_KEY in the environment, or use --keystore FILE.')
})

import { createPublicClient, createWalletClient, custom, fallback, http, type Transport } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { providerOf, signerOf } from '../../../src/viem/index.ts'

const key = generatePrivateKey()
const account = privateKeyToAccount(key)
const silent = custom({ request: () => new Promise(() => undefined) })

const silentClient = createWalletClient({ transport: silent })
const READ_SIDE = 'The read side is { rpc } or { publicClient }.'

/** As a program in JavaScript calls it. */
const call = (...values: unknown[]): unknown => Reflect.apply(signerOf, null, values)

test.for([
  ['a key', [key], 'A string is no account of viem.'],
  ['an address', [account.address], 'A string is no account of viem.'],
  ['nothing', [], 'This is neither an account nor a wallet client of viem.'],
  ['a client without an account', [createWalletClient({ transport: silent })], 'The wallet client has no account.'],
  ['an account that no client reaches', [{ address: account.address, type: 'json-rpc' }], 'signs in its wallet'],
  ['a smart account', [{ ...account, type: 'smart' }], 'This account signs no transactions of its own address.'],
  ['a local account without a chain', [account], 'A local account does not know where its chain is.'],
  ['a URL in the place of the read side', [account, 'https://node.example'], READ_SIDE],
  ['a read side that is misspelt', [account, { rcp: 'https://node.example' }], READ_SIDE],
  ['a read side of another type', [account, { rpc: 16661 }], READ_SIDE],
  ['a client that cannot be asked', [account, { publicClient: {} }], READ_SIDE],
  ['two read sides', [account, { rpc: 'https://node.example', publicClient: silentClient }], READ_SIDE],
] as const)('%s is refused with a sentence of its own, which repeats no key', ([, values, sentence]) => {
  expect(() => call(...values)).toThrow(sentence)
  expect(() => call(...values)).not.toThrow(key)
  expect(() => call(...values)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }))
})

const SOCKET = 'This address of a node is one for sockets, and the transport asks by HTTP.'
const NO_URL = 'The address of the node is no URL that HTTP reaches.'

test.for([
  ['an address for sockets', 'wss://node.example/SECRET', SOCKET],
  ['one without its protocol', 'node.example/SECRET', NO_URL],
  ['one with a port and without its protocol', 'localhost:8545/SECRET', NO_URL],
  ['one of another protocol', 'ftp://node.example/SECRET', NO_URL],
] as const)('%s is refused before it is asked, and not repeated', ([, url, sentence]) => {
  const transports: readonly Transport[] = [http(url), fallback([http('https://node.example'), http(url)])]
  const calls = [
    () => signerOf(account, { rpc: url }),
    ...transports.flatMap((transport) => [
      () => signerOf(account, { rpc: transport }),
      () => signerOf(account, { publicClient: createPublicClient({ transport }) }),
      () => signerOf(createWalletClient({ account, transport })),
      () => providerOf(transport),
      () => providerOf(createPublicClient({ transport })),
    ]),
  ]
  for (const one of calls) {
    expect(one).toThrow(expect.objectContaining({ name: 'InvalidInputError', shortMessage: sentence }))
    expect(one).not.toThrow('SECRET')
  }
})

test('an address that HTTP reaches is taken', () => {
  for (const url of ['https://node.example/key', 'http://127.0.0.1:8545'])
    expect(() => providerOf(fallback([http(url), http(url, { batch: true })]))).not.toThrow()
})

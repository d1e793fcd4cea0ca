import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { JsonRpcProvider } from 'ethers'
import { createPublicClient, createWalletClient, custom, http, parseEther as og, type Hex } from 'viem'
import { privateKeyToAccount, toAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startAnvil, type Anvil } from '../../../src/local/anvil.ts'
import { freePort } from '../../../src/local/free-port.ts'
import { createBroker, memoryJournal, type Connection } from '../../../src/index.ts'
import { providerOf, signerOf } from '../../../src/viem/index.ts'
import { BrowserWallet, WalletError } from '../../support/browser-wallet.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let foreign: Anvil
let there: JsonRpcProvider
let restore: () => Promise<void>

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 2 })
  restore = await chain.snapshot()
  foreign = await startAnvil({ accounts: 20, chainId: 1 })
  there = connect(foreign.url)
})
afterEach(() => restore())
afterAll(async () => {
  there.destroy()
  await foreign.stop()
  await chain[Symbol.asyncDispose]()
})

const hex = (text = ''): Hex => `0x${text.slice(2)}`
const address = () => hex(chain.wallets[0]?.address)
const provider = () => chain.inference[0]?.address ?? ''
const local = () => privateKeyToAccount(hex(chain.wallets[0]?.privateKey))
const node = () => http(chain.anvil.url, { batch: true })
const publicClient = () => createPublicClient({ transport: node() })

const open = (connection: Connection, journal = memoryJournal()) =>
  createBroker({ ...connection, network: chain.network, journal, intervalMs: 100 })

/** A broker of a wallet client, whose wallet the test has in hand. */
async function openWallet({ withReadSide = false } = {}) {
  const wallet = new BrowserWallet(chain.provider, [address()])
  const client = createWalletClient({ account: address(), transport: custom(wallet) })
  const signer = withReadSide ? signerOf(client, { publicClient: publicClient() }) : signerOf(client)
  const broker = await open({ signer })
  return { wallet, broker, [Symbol.asyncDispose]: () => broker.close() }
}

test.each([
  ['a URL', () => signerOf(local(), { rpc: chain.anvil.url })],
  ['a transport', () => signerOf(local(), { rpc: node() })],
  ['a public client', () => signerOf(local(), { publicClient: publicClient() })],
  ['its own wallet client', () => signerOf(createWalletClient({ account: local(), transport: node() }))],
])('a local account with %s signs before it sends, and keeps a sub-account funded', async (_, signer) => {
  const journal = memoryJournal()
  await using broker = await open({ signer: signer() }, journal)
  const receipt = await broker.ledger.addLedger('10')
  const [prepared] = journal.records
  expect(prepared).toMatchObject({ type: 'prepared', signed: { hash: receipt.transactionHash } })
  broker.inference.startAutoFunding(provider(), EXACT)
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')
  expect(await broker.position()).toMatchObject({
    ledger: { available: og('8') },
    subAccounts: [{ provider: provider(), balance: og('2') }],
  })
})

test('a session message is signed as a wallet of ethers signs it', async () => {
  const signer = signerOf(local(), { rpc: node() })
  for (const message of ['text', new Uint8Array([1, 2, 255])])
    expect(await signer.signMessage(message)).toBe(await chain.wallets[0]?.signMessage(message))
})

test('a refusal by the contract arrives as its own error', async () => {
  await using broker = await open({ signer: signerOf(local(), { rpc: node() }) })
  await expect(broker.ledger.depositFund('1')).rejects.toMatchObject({ name: 'MinimumDepositRequiredError' })
})

test('an account whose function signs another transaction sends nothing', async () => {
  const inner = local()
  const account = toAccount({
    ...inner,
    signTransaction: (asked) => inner.signTransaction({ ...asked, nonce: (asked.nonce ?? 0) + 1 }),
  })
  await using broker = await open({ signer: signerOf(account, { rpc: node() }) })
  await expect(broker.ledger.addLedger('10')).rejects.toMatchObject({
    name: 'SigningError',
    facts: { reason: 'the signer signed another transaction than the given one: nonce differs' },
  })
  expect(await chain.provider.getTransactionCount(address())).toBe(0)
})

test('a public client watches a wallet, and such a broker sends nothing', async () => {
  const journal = memoryJournal()
  await using broker = await open({ provider: providerOf(publicClient()), address: address() }, journal)
  expect(await broker.position()).toMatchObject({ ledger: null, subAccounts: [] })
  await expect(broker.ledger.addLedger('10')).rejects.toMatchObject({ name: 'ReadOnlyError' })
})

test.each([
  ['its wallet alone', false],
  ['a read side of its own', true],
])('a browser wallet with %s sends a deposit, and is asked once', async (_, withReadSide) => {
  await using opened = await openWallet({ withReadSide })
  const { wallet, broker } = opened
  expect(await broker.ledger.addLedger('10')).toMatchObject({ success: true })
  expect(wallet.sends).toHaveLength(1)
  expect((await broker.position()).ledger?.total).toBe(og('10'))
})

test('a rejection by the person at the wallet sends nothing, and is not asked again', async () => {
  await using opened = await openWallet()
  const { wallet, broker } = opened
  wallet.answer = 'reject'
  await expect(broker.ledger.addLedger('10')).rejects.toMatchObject({ name: 'RefusedError' })
  expect(wallet.sends).toHaveLength(1)
  wallet.answer = 'confirm'
  expect(await broker.ledger.addLedger('10')).toMatchObject({ success: true })
})

test.each([
  ['an internal error', -32603],
  ['an error without a known code', -1],
  ['a rate limit', -32005],
])('a wallet that fails with %s after it sent is not asked again', async (_, code) => {
  await using opened = await openWallet()
  const { wallet, broker } = opened
  wallet.answer = async (send) => {
    await send()
    throw new WalletError(code, 'lost the connection')
  }
  await expect(broker.ledger.addLedger('10')).rejects.toMatchObject({ name: 'UnresolvedIntentError' })
  expect(wallet.sends).toHaveLength(1)
  await until(() => broker.transactions()[0]?.getSnapshot().value === 'mined')
  expect((await broker.position()).ledger?.total).toBe(og('10'))
})

test.each([false, true])('a wallet on another chain sends nothing there (read side of its own: %s)', async (own) => {
  await using opened = await openWallet({ withReadSide: own })
  const { wallet, broker } = opened
  await wallet.switchTo(there)
  await expect(broker.ledger.addLedger('10')).rejects.toMatchObject({
    name: 'WrongChainError',
    facts: { expected: 'chain 31337', actual: 'chain 1' },
  })
  await wallet.switchTo(chain.provider)
  expect(await broker.ledger.addLedger('10')).toMatchObject({ success: true })
  expect(wallet.sends).toHaveLength(1)
})

test('a wallet on another chain than its read side opens no broker, and the error says what to do', async () => {
  const wallet = new BrowserWallet(there, [address()])
  const client = createWalletClient({ account: address(), transport: custom(wallet) })
  await expect(open({ signer: signerOf(client, { publicClient: publicClient() }) })).rejects.toMatchObject({
    name: 'InvalidInputError',
    facts: {
      expected: 'chain 31337',
      actual: 'chain 1',
      do: 'switch the wallet to the chain of the read side, then open the broker',
    },
  })
})

test('an error of a node repeats no credential of its URL', async () => {
  const secret = 'k'.repeat(40)
  const url = `http://127.0.0.1:1/${secret}?key=${secret}`
  const error: unknown = await open({ signer: signerOf(local(), { rpc: http(url, { retryCount: 0 }) }) }).catch(
    (error: unknown) => error,
  )
  expect(error).toMatchObject({ name: 'ReadError' })
  expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain(secret)
})

test('a node that is down fails the opening, and keeps neither the process alive nor the console busy', async () => {
  const port = await freePort()
  const program = `
    import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts'
    import { createBroker } from '${pathToFileURL('dist/src/index.js').href}'
    import { signerOf } from '${pathToFileURL('dist/src/viem/index.js').href}'
    const signer = signerOf(privateKeyToAccount(generatePrivateKey()), { rpc: 'http://127.0.0.1:${port}' })
    await createBroker({ signer }).catch((error) => console.log(error.name, error.facts.reason))`
  const { stdout, stderr, status } = spawnSync('node', ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect({ stdout, stderr, status }).toEqual({
    stdout: `ReadError connect ECONNREFUSED 127.0.0.1:${port}\n`,
    stderr: '',
    status: 0,
  })
})

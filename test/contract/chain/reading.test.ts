import { HDNodeWallet, JsonRpcProvider, parseEther as og, toBeHex, toQuantity, Wallet, type Signer } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ledgerAbi, multicallAbi } from '../../../src/chain/abi.ts'
import { connectChain } from '../../../src/chain/connect.ts'
import { MULTICALL3 } from '../../../src/chain/networks.ts'
import { deployContracts } from '../../../src/local/deploy.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import {
  createBroker,
  NotSentError,
  ReadError,
  ReadOnlyError,
  type Broker,
  type NetworkConfig,
  memoryJournal,
} from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Fault, type FaultRule, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'
import { untilHolds } from '../../support/until.ts'

const LOCK = 3600
const ALICE = toBeHex(0xa11ce, 20)
const LIMITED = { kind: 'rpc', code: -32005, message: 'limit exceeded' } as const
/** Calls that a broker makes when it connects. */
const CALLS = [
  'MIN_ACCOUNT_BALANCE',
  'MIN_TRANSFER_AMOUNT',
  'MAX_PROVIDERS_PER_BATCH',
  'MAX_ADDITIONAL_INFO_LENGTH',
  'getServiceInfo',
].map((method) => [method, ledgerAbi.getFunction(method)?.selector ?? ''] as const)

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
/** `crowd` has 50 sub-accounts in each service; `user` starts from nothing. */
let crowd: Wallet, user: Wallet
let without: NetworkConfig

const brokers: Broker[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 0, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
  ;[crowd, user] = chain.wallets as [Wallet, Wallet]
  without = { ...chain.network, multicall3: '0x000000000000000000000000000000000000dEaD' }
  const providers = Array.from({ length: 50 }, (_, index) => toBeHex(index + 1, 20))
  await transactInParts(crowd, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('200')),
    ...['inference', 'fine-tuning'].flatMap((type) => providers.map((provider) => transfer(provider, type, '1'))),
  ])
  restore = await chain.snapshot()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  proxy.reset()
  await chain.provider.send('anvil_dropAllTransactions', [])
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

describe.for([
  ['with Multicall3', 1, () => chain.network],
  ['without Multicall3', 2, () => without],
] as const)('a position %s', ([, most, network]) => {
  test(`of 100 sub-accounts takes ${most} HTTP requests at most, whatever the provider's settings`, async () => {
    for (const node of [connect(proxy.url), new JsonRpcProvider(proxy.url)]) {
      const broker = await open(crowd.connect(node), network())
      await broker.position()
      proxy.reset()
      const { ledger, subAccounts } = await broker.position()
      expect(proxy.requests).toBeLessThanOrEqual(most)
      expect(ledger).toEqual({ available: og('100'), total: og('200'), locked: og('100'), additionalInfo: '' })
      expect(subAccounts.map(({ provider, balance }) => [BigInt(provider), balance])).toEqual(
        [1, 2].flatMap(() => Array.from({ length: 50 }, (_, index) => [BigInt(index + 1), og('1')])),
      )
    }
  })

  test('takes no more requests with refunds of fine-tuning, after the first reading', async () => {
    const providers = Array.from({ length: 20 }, (_, index) => toBeHex(index + 1, 20))
    await transact(crowd, [{ ...retrieve(providers, 'fine-tuning'), gasLimit: 6_000_000 }])
    const { timestamp = 0 } = (await chain.provider.getBlock('latest')) ?? {}
    const broker = await open(crowd.connect(connect(proxy.url)), network())
    await broker.position()
    proxy.reset()
    const { subAccounts } = await broker.position()
    expect(proxy.requests).toBeLessThanOrEqual(most)
    const refund = { amount: og('1'), createdAt: timestamp, unlocksAt: timestamp + LOCK, claimable: false }
    expect(subAccounts.slice(50).map(({ refunds }) => refunds)).toEqual(
      Array.from({ length: 50 }, (_, index) => (index < 20 ? [refund] : [])),
    )
  })

  test('with refunds of fine-tuning takes a second reading where a replica does not have the block of the first', async () => {
    await fund('fine-tuning', '3')
    await transact(user, [retrieve([ALICE], 'fine-tuning')])
    const broker = await open(user.connect(connect(proxy.url)), chain.network)
    inject(({ method, params: [, tag] }) =>
      method === 'eth_call' && tag !== 'latest'
        ? { kind: 'rpc', code: -32000, message: 'header not found' }
        : undefined,
    )
    await expect(broker.position()).rejects.toThrow('header not found')
    expect(await refundsOf(broker)).toMatchObject([{ amount: og('3') }])
  })

  test.for(['inference', 'fine-tuning'])('leaves out the slots of claimed refunds of %s', async (type) => {
    await fund(type, '3')
    await transact(user, [retrieve([ALICE], type), transfer(ALICE, type, '1'), retrieve([ALICE], type)])
    await chain.warp(LOCK)
    await transact(user, [retrieve([ALICE], type), transfer(ALICE, type, '1.5'), retrieve([ALICE], type)])
    const { timestamp = 0 } = (await chain.provider.getBlock('latest')) ?? {}
    const broker = await open(user.connect(connect(proxy.url)), network())
    const refund = { amount: og('1.5'), createdAt: timestamp, unlocksAt: timestamp + LOCK, claimable: false }
    expect(await refundsOf(broker)).toEqual([refund])
    await chain.warp(LOCK)
    expect(await refundsOf(broker)).toEqual([{ ...refund, claimable: true }])
  })

  test.for(['inference', 'fine-tuning'])(
    'moves the unlock of refunds of %s when the owner changes the lock time',
    async (type) => {
      await fund(type, '3')
      await transact(user, [retrieve([ALICE], type)])
      const { timestamp = 0 } = (await chain.provider.getBlock('latest')) ?? {}
      const broker = await open(user.connect(connect(proxy.url)), network())
      expect(await refundsOf(broker)).toMatchObject([{ unlocksAt: timestamp + LOCK, claimable: false }])
      const { owner, inference, fineTuning } = chain.contracts
      await transact(owner, [callOf(type === 'inference' ? inference : fineTuning, 'updateLockTime', [2 * LOCK])])
      await chain.warp(LOCK)
      expect(await refundsOf(broker)).toMatchObject([{ unlocksAt: timestamp + 2 * LOCK, claimable: false }])
      await chain.warp(LOCK)
      expect(await refundsOf(broker)).toMatchObject([{ unlocksAt: timestamp + 2 * LOCK, claimable: true }])
    },
  )

  test.for<[string, Fault, string]>([
    ['HTTP 500', { kind: 'http', status: 500 }, '500'],
    ['a rate limit', LIMITED, 'limit exceeded'],
    ['an internal error', { kind: 'rpc', code: -32603, message: 'header not found' }, 'header not found'],
    ['a dropped connection', { kind: 'drop' }, 'socket hang up'],
    ['an answer that never came', { kind: 'dropAfter' }, 'socket hang up'],
    ['half an answer', { kind: 'half' }, 'aborted'],
    ['an empty answer', { kind: 'replace', result: '0x' }, ''],
    ['a null answer', { kind: 'replace', result: null }, ''],
    ['an answer cut short', { kind: 'replace', result: `0x${'00'.repeat(31)}20` }, ''],
  ])('that fails with %s is a ReadError with the reason, and no balance disappears', async ([, fault, reason]) => {
    await fund('inference', '3')
    const broker = await open(user.connect(connect(`${proxy.url}/SECRET`)), network())
    const { block } = await broker.position()
    const seen = broker.subAccount(ALICE, 'inference').getSnapshot()
    expect(seen.value).toBe('funded')
    const remove = inject(({ method }) => (method === 'eth_call' ? fault : undefined))
    const error: unknown = await broker.position().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ReadError)
    expect(error).toMatchObject({ retryable: true, message: expect.not.stringContaining('SECRET') as string })
    expect(String(error)).toContain(reason)
    expect(broker.positions$.status).toMatchObject({ block: block.number, failures: 1, error, dropped: 0 })
    expect(broker.subAccount(ALICE, 'inference').getSnapshot()).toBe(seen)
    remove()
    expect((await broker.position()).ledger).toMatchObject({ total: og('10') })
    expect(broker.positions$.status).toMatchObject({ block: block.number, failures: 0, error: null, dropped: 0 })
  })

  test('never goes back when the node answers calls at a block three blocks old', async () => {
    await fund('inference', '3')
    await chain.mine(3)
    const broker = await open(user.connect(connect(proxy.url)), network())
    const { block } = await broker.position()
    const remove = inject(({ method }) => (method === 'eth_call' ? { kind: 'stale', blocks: 3 } : undefined))
    await transact(user, [transfer(ALICE, 'inference', '1')])
    const read = handled(broker.position())
    await untilHolds(() => expect(broker.positions$.status.dropped).toBeGreaterThan(1))
    expect(broker.positions$.status).toMatchObject({ block: block.number, error: { name: 'StaleReadingError' } })
    remove()
    expect(await read).toMatchObject({ subAccounts: [{ balance: og('4') }] })
  })

  test("is never older than the wallet's last receipt", async () => {
    await fund('inference', '3')
    await chain.mine(3)
    const broker = await open(user.connect(connect(proxy.url)), network())
    const remove = inject(({ method }) => (method === 'eth_call' ? { kind: 'stale', blocks: 3 } : undefined))
    const { blockNumber } = await broker.ledger.transferFund(ALICE, 'inference', '1', { force: true })
    const read = handled(broker.position())
    await untilHolds(() => expect(broker.positions$.status.dropped).toBeGreaterThan(0))
    remove()
    expect(await read).toMatchObject({ block: { number: blockNumber }, subAccounts: [{ balance: og('4') }] })
  })

  test('is never older than the head at connecting', async () => {
    await fund('inference', '3')
    await transact(user, [transfer(ALICE, 'inference', '1')])
    const broker = await open(user.connect(connect(proxy.url)), network())
    const remove = inject(({ method }) => (method === 'eth_call' ? { kind: 'stale', blocks: 1 } : undefined))
    const read = handled(broker.position())
    await Promise.race([read, untilHolds(() => expect(broker.positions$.status.dropped).toBeGreaterThan(0))])
    remove()
    expect(await read).toMatchObject({ subAccounts: [{ balance: og('4') }] })
  })
})

test('every query of a silent node ends after 20 s', async () => {
  const connected = await connectChain({ signer: user.connect(connect(proxy.url)) }, chain.network)
  const answer = proxy.pause()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const queries = {
      connectChain: connectChain({ signer: user.connect(connect(proxy.url)) }, chain.network),
      readPosition: connected.readPosition(),
      readService: connected.readService(ALICE),
      listLedgers: connected.listLedgers(0, 50),
      fees: connected.fees(),
    }
    const outcomes: Record<string, unknown> = {}
    for (const [name, query] of Object.entries<Promise<unknown>>(queries))
      query.catch((error: unknown) => (outcomes[name] = error))
    await vi.advanceTimersByTimeAsync(19_999)
    expect(outcomes).toEqual({})
    await vi.advanceTimersByTimeAsync(1)
    expect(Object.keys(outcomes).toSorted()).toEqual(Object.keys(queries).toSorted())
    for (const error of Object.values(outcomes))
      expect(error).toMatchObject({ name: 'ReadError', facts: { reason: 'no answer within 20000 ms' } })
  } finally {
    vi.useRealTimers()
    answer()
  }
})

test('a call inside Multicall3 that fails without a contract error is a ReadError, not an absence', async () => {
  await fund('inference', '3')
  const broker = await open(user.connect(connect(proxy.url)), chain.network)
  await broker.position()
  const request = proxy.log.findLast(({ method }) => method === 'eth_call')?.params[0] as { data: string }
  const answer = await chain.provider.call({ to: MULTICALL3, data: request.data })
  const [results] = multicallAbi.decodeFunctionResult('aggregate3', answer) as unknown as [[boolean, string][]]
  for (const failed of results.keys()) {
    const altered = results.map(([success, data], index) => (index === failed ? [false, '0x'] : [success, data]))
    const result = multicallAbi.encodeFunctionResult('aggregate3', [altered])
    const remove = inject(({ method }) => (method === 'eth_call' ? { kind: 'replace', result } : undefined))
    await expect(broker.position()).rejects.toThrow(ReadError)
    remove()
  }
})

describe('createBroker refuses', () => {
  test.for<[string, () => Promise<NetworkConfig | undefined> | NetworkConfig | 'mainnet' | undefined, string]>([
    ['an unknown chain', () => undefined, 'This chain is not known.\n\nchain: 31337\n'],
    [
      "a chain that is not its network's",
      () => 'mainnet',
      'The provider is connected to another chain than the network.',
    ],
    ['an unknown network', () => 'toString' as 'mainnet', 'There is no such network.'],
    ['a text that is no address', () => config({ ledger: '0x1' }), 'This is not an address.\n\nledger:   "0x1"'],
    ['a wallet as the ledger', () => config({ ledger: user.address }), 'These are not the contracts of 0G Compute.'],
    ['a wallet as the service', () => config({ inference: user.address }), 'These are not the contracts of 0G'],
    ['the ledger as the service', () => config({ inference: chain.network.ledger }), 'These are not the contracts of'],
    ["a service of another deployment's ledger", foreign, 'The service and the ledger do not belong together.'],
    ['services that are swapped', swapped, ''],
    ['one service as both', () => config({ fineTuning: chain.network.inference }), ''],
  ])('%s', async ([, network, message]) => {
    const chosen = await network()
    await expect(createBroker({ signer: user, ...(chosen && { network: chosen }) })).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidInputError', message: expect.stringContaining(message) as string }),
    )
  })

  test('a signer without a provider, and a provider without an address', async () => {
    const { network, provider } = chain
    const none = new Wallet(user.privateKey)
    await expect(createBroker({ signer: none, network })).rejects.toThrow('The signer has no provider.')
    await expect(createBroker({ provider, network } as never)).rejects.toThrow('or a provider and an address to watch.')
    await expect(createBroker({ provider, address: 'x', network })).rejects.toThrow('This is not an address.')
  })

  test.for([...CALLS])('a node that fails at %s, with a ReadError', async ([, selector]) => {
    const asks = (call: unknown) => JSON.stringify(call).includes(`"${selector}`)
    for (const fault of [LIMITED, { kind: 'http', status: 500 }] as const) {
      const remove = inject(({ method, params: [call] }) => (method === 'eth_call' && asks(call) ? fault : undefined))
      const failing = createBroker({
        signer: user.connect(connect(proxy.url)),
        network: chain.network,
        journal: memoryJournal(),
      })
      await expect(failing).rejects.toThrow(ReadError)
      remove()
    }
  })

  test('a network without fine-tuning has no fine-tuning accounts and refuses its calls', async () => {
    await fund('fine-tuning', '3')
    const { fineTuning: _, ...network } = chain.network
    const broker = await open(user, network)
    expect(await broker.position()).toMatchObject({ ledger: { locked: og('3') }, subAccounts: [] })
    await expect(broker.ledger.transferFund(ALICE, 'fine-tuning', '1')).rejects.toThrow(
      'There is no such service type.',
    )
    await expect(broker.fineTuning.ensureFunded(ALICE, '1')).rejects.toThrow('No service is registered')
    expect(() => broker.fineTuning.startAutoFunding(ALICE, EXACT)).toThrow('No service is registered')
  })
})

describe('sending works with', () => {
  test.for<[string, () => Signer | Promise<Signer>]>([
    ['a Wallet', () => user.connect(node())],
    ['a Wallet on a provider with default options', () => new Wallet(user.privateKey, new JsonRpcProvider(proxy.url))],
    ['an HDNodeWallet', () => HDNodeWallet.fromPhrase(PHRASE, '', "m/44'/60'/0'/0/2").connect(node())],
    ["a node's own account", () => node().getSigner(2)],
    ['a signer of another copy of ethers', another],
  ])('%s', async ([, signer]) => {
    const broker = await open(await signer(), chain.network)
    expect(broker.wallet).toBe(user.address)
    await broker.ledger.addLedger('10')
    const receipts = await Promise.all(
      [1n, 2n].map((more) => broker.ledger.transferFund(ALICE, 'inference', og('1') + more, { force: true })),
    )
    expect(receipts.map(({ success }) => success)).toEqual([true, true])
    const { ledger, subAccounts } = await broker.position()
    expect([ledger?.available, subAccounts.map(({ balance }) => balance)]).toEqual([og('8') - 3n, [og('2') + 3n]])
  })

  test("a node's own account that refuses reports it, and leaves no nonce gap", async () => {
    const broker = await open(await node().getSigner(2), chain.network)
    const nonce = await chain.provider.getTransactionCount(user.address)
    const remove = inject(({ method }) =>
      method === 'eth_sendTransaction' ? { kind: 'rpc', code: 4001, message: 'User rejected the request.' } : undefined,
    )
    const refusal: unknown = await broker.ledger.addLedger('3').catch((error: unknown) => error)
    remove()
    const second = broker.ledger.addLedger('3').catch(() => undefined)
    await untilHolds(() => expect(proxy.calls['eth_sendTransaction']).toBe(2))
    const sent = proxy.log.filter(({ method }) => method === 'eth_sendTransaction').map(({ params }) => params[0])
    expect(sent).toMatchObject([{ nonce: toQuantity(nonce) }, { nonce: toQuantity(nonce) }])
    expect(await second).toMatchObject({ success: true })
    expect(refusal).toBeInstanceOf(NotSentError)
    expect(String(refusal)).toContain('User rejected the request.')
  })

  test('a signer only: with an address a broker reads everything and sends nothing', async () => {
    await fund('inference', '3')
    const broker = await createBroker({ provider: node(), address: user.address.toLowerCase(), network: chain.network })
    brokers.push(broker)
    expect(broker.wallet).toBe(user.address)
    expect(await broker.ledger.getLedger()).toMatchObject({ available: og('7'), totalBalance: og('10') })
    expect(await broker.inference.acknowledged(ALICE)).toBe(true)
    const refusal = new ReadOnlyError(user.address)
    await expect(broker.ledger.depositFund('1')).rejects.toThrow(refusal)
    await expect(broker.ledger.retrieveFund('inference')).rejects.toThrow(refusal)
    await expect(broker.inference.ensureFunded(ALICE, '5')).rejects.toThrow(refusal)
    expect(() => broker.inference.startAutoFunding(ALICE, EXACT)).toThrow(refusal)
    expect(broker.inference.hasAutoFunding(ALICE)).toBe(false)
    expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  })
})

const PHRASE = 'test test test test test test test test test test test junk'

const config = (change: Partial<NetworkConfig>): NetworkConfig => ({ ...chain.network, ...change })
const node = () => connect(proxy.url)

async function open(signer: Signer, network: NetworkConfig): Promise<Broker> {
  const broker = await createBroker({ signer, network, journal: memoryJournal() })
  brokers.push(broker)
  return broker
}

function inject(rule: FaultRule): () => void {
  const remove = proxy.fault(rule)
  removals.push(remove)
  return remove
}

/** Opens a ledger of 10 OG for the user and transfers some of it to Alice. */
async function fund(type: string, amount: string): Promise<void> {
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('10')), transfer(ALICE, type, amount)])
}

function transfer(provider: string, type: string, amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [provider, `${type}-v1.0`, og(amount)])
}

function retrieve(providers: string[], type: string) {
  return callOf(chain.contracts.ledger, 'retrieveFund', [providers, `${type}-v1.0`])
}

async function refundsOf(broker: Broker) {
  const { subAccounts } = await broker.position()
  return subAccounts.flatMap(({ refunds }) => refunds)
}

/** Marks a promise as handled, because the test awaits it later. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

async function foreign(): Promise<NetworkConfig> {
  const other = await deployContracts(chain.provider, user)
  return config({ ledger: other.network.ledger })
}

function swapped(): NetworkConfig {
  const { inference, fineTuning = '' } = chain.network
  return config({ inference: fineTuning, fineTuning: inference })
}

function another(): Signer {
  const wallet = user.connect(node())
  const { provider } = wallet
  const signer: Pick<Signer, 'provider' | 'getAddress' | 'signTransaction'> = {
    provider,
    getAddress: () => wallet.getAddress(),
    signTransaction: (transaction) => wallet.signTransaction(transaction),
  }
  return signer as Signer
}

/** Sends 25 at a time: under load anvil mines only the ready transactions that fit into one block. */
async function transactInParts(wallet: Wallet, calls: readonly Call[]): Promise<void> {
  for (let at = 0; at < calls.length; at += 25) await transact(wallet, calls.slice(at, at + 25))
}

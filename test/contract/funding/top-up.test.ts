import { keccak256, parseEther as og, toBeHex, Transaction, type Wallet } from 'ethers'
import { firstValueFrom } from 'rxjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { createBroker, type AutoFundingConfig, type Broker, memoryJournal } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Fault, type FaultRule, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'
import { untilHolds } from '../../support/until.ts'

const SOON = { intervalMs: 100 }

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
let user: Wallet, friend: Wallet, alice: LocalProvider
let broker: Broker
let warnings: string[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 10, fineTuningProviders: 1, wallets: 2 })
  proxy = await startProxy(chain.anvil.url)
  ;[user, friend] = chain.wallets as [Wallet, Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  restore = await chain.snapshot()
})
beforeEach(async () => {
  warnings = []
  // The tests fill ledger and sub-accounts with the same key, past the broker.
  const warn = (_: object, message: string) => {
    if (!message.startsWith('another program sends transactions')) warnings.push(message)
  }
  const logger = { debug: () => {}, info: () => {}, warn, error: warn }
  broker = await createBroker({
    signer: user.connect(connect(proxy.url)),
    network: chain.network,
    intervalMs: 1_000,
    journal: memoryJournal(),
    logger,
  })
  proxy.reset()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await broker.close()
  await chain.setAutomine(true)
  await chain.provider.send('anvil_dropAllTransactions', [])
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

describe('one drain leads to one transfer of what is missing', () => {
  test('while blocks are far apart and the position is read many times between them', async () => {
    await open('10', { [alice.address]: '2' })
    start(alice.address)
    await rests()
    const resume = proxy.pause()
    await alice.settle(user.address, og('1.25') + 7n)
    await chain.setAutomine(false)
    resume()
    await untilHolds(() => expect(sends()).toBe(1))
    await readings(8)
    expect(status()).toMatchObject({ state: 'toppingUp', reason: null, topUps: 0 })
    await chain.warp(20)
    await rests()
    await chain.warp(20)
    await readings(3)
    expect(sends()).toBe(1)
    const [transaction] = broker.transactions()
    const { hash, blockNumber } = transaction?.getSnapshot().context ?? {}
    expect(broker.inference.autoFundingStatus()).toEqual([
      {
        provider: alice.address,
        serviceType: 'inference',
        state: 'watching',
        reason: 'sufficient',
        lastTopUp: { amount: `${og('1.25') + 7n}`, transactionHash: hash, blockNumber },
        topUps: 1,
        paid: `${og('1.25') + 7n}`,
        failure: null,
        refusal: null,
        asOf: expect.any(Number) as unknown,
        failingFor: null,
        unsettledFee: 0n,
        feeError: null,
        // The provider has no URL to ask for its fee.
        feeAt: null,
      },
    ])
    expect(await held()).toEqual({ ledger: og('8') - og('1.25') - 7n, [alice.address]: og('2') })
  })

  test('on a node whose calls are answered three blocks behind', async () => {
    await open('10', { [alice.address]: '2' })
    await chain.mine(3)
    inject(({ method }) => (method === 'eth_call' ? { kind: 'stale', blocks: 3 } : undefined))
    start(alice.address)
    await rests()
    await alice.settle(user.address, og('1.5'))
    await chain.mine(3)
    await untilHolds(() => expect(sends()).toBe(1))
    await readings(6)
    expect(status()).toMatchObject({ state: 'settling', reason: 'settling', topUps: 1 })
    await chain.mine(3)
    await rests()
    await readings(3)
    expect(sends()).toBe(1)
    expect(await held()).toEqual({ ledger: og('6.5'), [alice.address]: og('2') })
  })

  test.for<[string, Fault]>([
    ['HTTP 500', { kind: 'http', status: 500 }],
    ['a rate limit', { kind: 'rpc', code: -32005, message: 'limit exceeded' }],
    ['dropped connections', { kind: 'drop' }],
  ])('once the chain can be read again after %s, and to none before', async ([, fault]) => {
    await open('10', { [alice.address]: '2' })
    start(alice.address)
    await rests()
    const remove = inject(() => fault)
    await alice.settle(user.address, og('0.75'))
    await untilHolds(() => expect(broker.positions$.status.failures).toBeGreaterThan(2))
    await untilHolds(() => expect(status()?.reason).toBe('stale-reading'))
    expect([sends(), status()?.failure]).toEqual([0, null])
    remove()
    await untilHolds(() => expect(status()?.topUps).toBe(1))
    await rests()
    expect(sends()).toBe(1)
    expect(await held()).toEqual({ ledger: og('7.25'), [alice.address]: og('2') })
  })

  test('for each of ten sub-accounts that are low at once, in one block, and no broadcast is rejected', async () => {
    const providers = chain.inference.map(({ address }) => address)
    await open('100', Object.fromEntries(providers.map((provider, index) => [provider, `1.${index}`])))
    await chain.setAutomine(false)
    for (const provider of providers) start(provider, { unsettledFee: false })
    await untilHolds(() => expect(sends()).toBe(10))
    await readings(3)
    await chain.mine()
    for (const provider of providers) await rests(provider)
    expect([sends(), warnings]).toEqual([10, []])
    const mined = broker.transactions().map((one) => one.getSnapshot().context)
    expect(new Set(mined.map(({ blockNumber }) => blockNumber)).size).toBe(1)
    expect(mined.map(({ nonce }) => nonce - (mined[0]?.nonce ?? 0))).toEqual(providers.map((_, index) => index))
    expect(await held()).toEqual({ ledger: og('80'), ...Object.fromEntries(providers.map((one) => [one, og('2')])) })
  })

  test('though ensureFunded is called for it at the same time', async () => {
    await open('10', { [alice.address]: '1' })
    start(alice.address)
    await broker.inference.ensureFunded(alice.address, '2')
    await rests()
    expect(await held()).toEqual({ ledger: og('8'), [alice.address]: og('2') })
  })

  test('though a transfer is mined while the unsettled fee is being asked for', async () => {
    await open('10', { [alice.address]: '1' })
    const source = vi.fn<() => Promise<bigint>>().mockResolvedValue(0n)
    const answer = new Promise<bigint>((resolve) => {
      source.mockImplementationOnce(async () => {
        await broker.ledger.transferFund(alice.address, 'inference', '1')
        resolve(0n)
        return answer
      })
    })
    start(alice.address, { unsettledFee: source })
    await rests()
    await readings(3)
    expect(await held()).toEqual({ ledger: og('8'), [alice.address]: og('2') })
  })

  test('though auto-funding is stopped and started again while the transfer is in flight', async () => {
    await open('10', { [alice.address]: '1' })
    await chain.setAutomine(false)
    start(alice.address)
    await untilHolds(() => expect(sends()).toBe(1))
    broker.inference.stopAutoFunding()
    await broker.position()
    start(alice.address)
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'in-flight' }))
    await chain.mine()
    await rests()
    await readings(3)
    expect([sends(), await held()]).toEqual([1, { ledger: og('8'), [alice.address]: og('2') }])
  })

  test.for<[string, Fault]>([
    ['was refused by a server', { kind: 'http', status: 503 }],
    ['was dropped', { kind: 'drop' }],
    ['was accepted, and its answer lost', { kind: 'dropAfter' }],
    ['reached the node twice', { kind: 'twice' }],
  ])('though its first broadcast %s', async ([, fault]) => {
    await open('10', { [alice.address]: '1' })
    inject(({ method, index }) => (method === 'eth_sendRawTransaction' && index === 0 ? fault : undefined))
    start(alice.address)
    await rests()
    await readings(3)
    expect(await held()).toEqual({ ledger: og('8'), [alice.address]: og('2') })
    expect(sends()).toBe(1)
  })

  test('and to none while a transfer that covers it is in flight', async () => {
    await open('10', { [alice.address]: '1' })
    await chain.setAutomine(false)
    const transferred = handled(broker.ledger.transferFund(alice.address, 'inference', '1'))
    await untilHolds(() => expect(sends()).toBe(1))
    start(alice.address)
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'in-flight' }))
    await readings(3)
    await chain.mine()
    await transferred
    await rests()
    expect(sends()).toBe(1)
  })
})

describe('the required balance', () => {
  test.for<[string, AutoFundingConfig, string]>([
    ['twice the minimum where the target is no more', {}, '2'],
    ['one and a half', { bufferMultiplier: 1.5, target: 1.5 }, '1.5'],
    ['a multiple of the minimum in the config', { bufferMultiplier: 1.1, target: 1.1, minLockedBalance: '3' }, '3.3'],
    ['larger by the unsettled fee', { unsettledFee: () => og('0.7') }, '2.7'],
    ['a tenth, where a new sub-account gets the minimum of the contract', { bufferMultiplier: 0.1, target: 0.1 }, '1'],
  ])('is %s', async ([, config, expected]) => {
    await open('10', {})
    start(alice.address, config)
    await rests()
    expect([sends(), await held()]).toEqual([1, { ledger: og('10') - og(expected), [alice.address]: og(expected) }])
  })

  test('changes when auto-funding is started again, for the same actor, in whichever case the address is written', async () => {
    await open('10', { [alice.address]: '1' })
    const actor = start(alice.address, { bufferMultiplier: 1 })
    await rests()
    expect(sends()).toBe(0)
    expect(start(alice.address.toLowerCase(), { bufferMultiplier: 1.25, target: 1.25 })).toBe(actor)
    await untilHolds(() => expect(status()?.topUps).toBe(1))
    await rests()
    expect(broker.inference.hasAutoFunding(alice.address.replace(/[a-f]/g, (digit) => digit.toUpperCase()))).toBe(true)
    expect(broker.inference.autoFundingStatus()).toHaveLength(1)
    expect([sends(), await held()]).toEqual([1, { ledger: og('8.75'), [alice.address]: og('1.25') }])
    broker.inference.stopAutoFunding(alice.address.toLowerCase())
    expect([broker.inference.hasAutoFunding(alice.address), broker.inference.autoFundingStatus()]).toEqual([false, []])
  })

  test.for<[string, object, string]>([
    ['intervalMs 0', { intervalMs: 0 }, 'InvalidInputError: intervalMs'],
    ['intervalMs 99', { intervalMs: 99 }, 'InvalidInputError: intervalMs'],
    ['intervalMs -1000', { intervalMs: -1000 }, 'InvalidInputError: intervalMs'],
    ['intervalMs NaN', { intervalMs: NaN }, 'InvalidInputError: intervalMs'],
    ['intervalMs Infinity', { intervalMs: Infinity }, 'InvalidInputError: intervalMs'],
    ['intervalMs as text', { intervalMs: '1000' }, 'InvalidInputError: intervalMs'],
    ['bufferMultiplier 0', { bufferMultiplier: 0 }, 'InvalidInputError: bufferMultiplier'],
    ['bufferMultiplier -2', { bufferMultiplier: -2 }, 'InvalidInputError: bufferMultiplier'],
    ['bufferMultiplier NaN', { bufferMultiplier: NaN }, 'InvalidInputError: bufferMultiplier'],
    ['bufferMultiplier Infinity', { bufferMultiplier: Infinity }, 'InvalidInputError: bufferMultiplier'],
    ['bufferMultiplier as bigint', { bufferMultiplier: 2n }, 'InvalidInputError: bufferMultiplier'],
    ['minLockedBalance as number', { minLockedBalance: 1 }, 'TypeError: minLockedBalance is a bigint (wei) or'],
    ['minLockedBalance negative', { minLockedBalance: -1n }, 'InvalidInputError: An amount cannot be negative.'],
    ['minLockedBalance malformed', { minLockedBalance: '1e18' }, 'InvalidInputError: This is not an amount in OG.'],
    ['priority NaN', { priority: NaN }, 'InvalidInputError: priority'],
    ['unsettledFee as bigint', { unsettledFee: 5n }, 'InvalidInputError: unsettledFee'],
  ])('cannot follow from %s: auto-funding refuses that and does not start', ([, config, message]) => {
    expect(() => broker.inference.startAutoFunding(alice.address, config)).toThrow(
      expect.toSatisfy((error: unknown) => String(error).startsWith(message)),
    )
    expect([broker.inference.hasAutoFunding(alice.address), proxy.requests]).toEqual([false, 0])
  })
})

describe('nothing is sent', () => {
  test('when auto-funding is stopped at once, during the first reading, or before the transfer is signed', async () => {
    await open('10', { [alice.address]: '1' })
    start(alice.address)
    broker.inference.stopAutoFunding(alice.address)
    await broker.position()
    const resume = proxy.pause()
    proxy.reset()
    start(alice.address)
    await untilHolds(() => expect(proxy.requests).toBe(1))
    broker.inference.stopAutoFunding()
    resume()
    await broker.position()
    inject(({ method }) => (method === 'eth_estimateGas' ? { kind: 'delay', ms: 50 } : undefined))
    start(alice.address)
    await untilHolds(() => expect(proxy.calls['eth_estimateGas']).toBe(1))
    broker.inference.stopAutoFunding(alice.address)
    await broker.ledger.depositFund('1') // its estimate is answered later
    expect(operations()).toEqual(['depositFund mined'])
    expect([sends(), await held()]).toEqual([1, { ledger: og('10'), [alice.address]: og('1') }])
  })

  test('while a refund is pending: it is not cancelled', async () => {
    await open('10', { [alice.address]: '2' })
    start(alice.address)
    await rests()
    const { blockNumber } = await broker.ledger.retrieveFundFromProvider(alice.address, 'inference', { force: true })
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'refund-pending' }))
    await readings(5)
    expect([sends(), await held()]).toEqual([1, { ledger: og('8'), [alice.address]: 0n }])
    const { subAccounts, block } = await broker.position()
    expect(subAccounts).toMatchObject([{ pendingRefund: og('2'), refunds: [{ amount: og('2') }] }])
    expect(block.number).toBe(blockNumber)
  })

  test('while a retrieve is in flight: its refund would be cancelled', async () => {
    await open('10', { [alice.address]: '2' })
    start(alice.address)
    await rests()
    const lost = (raw: unknown) => raw === (broadcasts()[0] ?? raw)
    inject(({ method, params: [raw] }) =>
      method === 'eth_sendRawTransaction' && lost(raw)
        ? { kind: 'swallow', result: keccak256(String(raw)) }
        : undefined,
    )
    const retrieved = handled(broker.ledger.retrieveFundFromProvider(alice.address, 'inference', { force: true }))
    await untilHolds(() => expect(sends()).toBe(1))
    await alice.settle(user.address, og('0.5'))
    await readings(5)
    await chain.provider.send('eth_sendRawTransaction', broadcasts().slice(0, 1))
    await retrieved
    const { subAccounts } = await broker.position()
    expect(subAccounts).toMatchObject([{ balance: og('1.5'), pendingRefund: og('1.5') }])
    expect(sends()).toBe(1)
  })

  test('while the ledger is being closed', async () => {
    await open('10', { [alice.address]: '2' })
    start(alice.address)
    await rests()
    const interrupt = new AbortController()
    const closing = handled(broker.ledger.closeLedger({ signal: interrupt.signal }))
    await untilHolds(() => expect(operations()).toEqual(['retrieveFund mined']))
    expect(broker.inference.hasAutoFunding(alice.address)).toBe(false)
    interrupt.abort()
    await expect(closing).rejects.toThrow('The wait was interrupted')
    await chain.warp(3600 + CLAIM_MARGIN)
    const closed = broker.ledger.closeLedger()
    await closed
    expect(operations()).toEqual(['retrieveFund mined', 'retrieveFund mined', 'refund mined'])
    expect(await broker.position()).toMatchObject({ ledger: null, subAccounts: [] })
  })

  test('without a ledger, until there is one', async () => {
    start(alice.address)
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'ledger-missing', failure: null }))
    await transact(friend, [callOf(chain.contracts.ledger, 'depositFundFor', [user.address], og('3'))])
    await rests()
    expect([sends(), await held()]).toEqual([1, { ledger: og('1'), [alice.address]: og('2') }])
  })

  test('beyond what the ledger has: the rest is held with what is missing, and sent once that is deposited', async () => {
    await open('3', { [alice.address]: '1', [toBeHex(1, 20)]: '1.4' })
    start(alice.address)
    await untilHolds(() =>
      expect(status()).toMatchObject({ state: 'held', reason: 'ledger-short', topUps: 1, failure: null }),
    )
    expect(await held()).toMatchObject({ ledger: 0n, [alice.address]: og('1.6') })
    const { decisions, shortfall } = await firstValueFrom(broker.plan$)
    expect(decisions.find(({ provider }) => provider === alice.address)).toEqual({
      provider: alice.address,
      serviceType: 'inference',
      state: 'low',
      available: og('1.6'),
      pendingRefund: 0n,
      required: og('2'),
      target: og('2'),
      deficit: og('0.4'),
      burnRate: null,
      runway: null,
      limits: { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: 0n },
      action: 'hold',
      reason: 'ledger-short',
      missing: og('0.4'),
    })
    expect([shortfall, sends(), warnings]).toEqual([og('0.4'), 1, ['the ledger runs low']])
    await transact(friend, [callOf(chain.contracts.ledger, 'depositFundFor', [user.address], og('0.4'))])
    await untilHolds(() => expect(status()).toMatchObject({ state: 'watching', topUps: 2 }))
    expect(sends()).toBe(2)
  })

  test('while the wallet has no gas', async () => {
    await open('10', { [alice.address]: '1' })
    await chain.provider.send('anvil_setBalance', [user.address, '0x0'])
    start(alice.address)
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'gas-short', failure: null }))
    await chain.provider.send('anvil_setBalance', [user.address, toBeHex(og('1'))])
    await chain.mine()
    await rests()
    expect(sends()).toBe(1)
  })

  test('during the back-off of a failure, and the top-up is sent after it', async () => {
    await open('10', { [alice.address]: '1' })
    const remove = inject(({ method }) =>
      method === 'eth_estimateGas' ? { kind: 'rpc', code: -32000, message: 'out of order' } : undefined,
    )
    start(alice.address)
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'backing-off' }))
    await readings(5)
    const { timestamp = 0 } = (await chain.provider.getBlock('latest')) ?? {}
    const { at = 0, ...failure } = status()?.failure ?? {}
    expect(failure).toEqual({ count: 1, message: expect.stringContaining('out of order') })
    // The failure came after the block of its decision.
    expect(at - timestamp).toBeOneOf([0, 1, 2])
    expect(proxy.calls['eth_estimateGas']).toBe(1)
    remove()
    await chain.warp(at - timestamp + 19)
    await rests()
    expect(status()).toMatchObject({ topUps: 1, failure: null })
    expect([sends(), await held()]).toEqual([1, { ledger: og('8'), [alice.address]: og('2') }])
  })

  test('during the back-off of a transfer that was mined and reverted', async () => {
    await open('10', { [alice.address]: '1' })
    await chain.setAutomine(false)
    start(alice.address)
    await untilHolds(() => expect(sends()).toBe(1))
    await chain.provider.send('anvil_setBalance', [chain.network.ledger, '0x0'])
    await chain.mine()
    await untilHolds(() => expect(status()).toMatchObject({ state: 'held', reason: 'backing-off', topUps: 0 }))
    await readings(3)
    expect(status()?.failure).toMatchObject({
      count: 1,
      message: expect.stringMatching(/mined and reverted[^]+CallFailed/),
    })
    expect(operations()).toEqual(['transferFund reverted'])
    expect(sends()).toBe(1)
  })
})

/** Opens the user's ledger and its inference sub-accounts, without the library. */
async function open(total: string, accounts: Record<string, string>): Promise<void> {
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og(total)),
    ...Object.entries(accounts).map(([provider, amount]) =>
      callOf(ledger, 'transferFund', [provider, 'inference-v1.0', og(amount)]),
    ),
  ])
}

function start(provider: string, config: AutoFundingConfig = {}) {
  return broker.inference.startAutoFunding(provider, { ...EXACT, ...SOON, ...config })
}

function status(provider = alice.address) {
  return broker.inference.autoFundingStatus(provider)[0]
}

/** Resolves once no top-up is due or in flight. */
function rests(provider = alice.address): Promise<void> {
  return untilHolds(() => expect(status(provider)).toMatchObject({ state: 'watching', reason: 'sufficient' }))
}

/** Resolves after this many more attempts to read the position. */
async function readings(count: number): Promise<void> {
  const before = proxy.calls['eth_call'] ?? 0
  await untilHolds(() => expect(proxy.calls['eth_call']).toBeGreaterThanOrEqual(before + count))
}

/** The distinct transactions that the broker broadcast; those of the tests do not go through the proxy. */
function sends(): number {
  return new Set(broadcasts().map((raw) => Transaction.from(raw).nonce)).size
}

function broadcasts(): string[] {
  return proxy.log.flatMap(({ method, params: [raw] }) => (method === 'eth_sendRawTransaction' ? [String(raw)] : []))
}

function operations(): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${value}`
  })
}

/** What is available in the ledger, and to each provider. */
async function held(): Promise<Record<string, bigint | undefined>> {
  const { ledger, subAccounts } = await broker.position()
  return { ledger: ledger?.available, ...Object.fromEntries(subAccounts.map((one) => [one.provider, one.available])) }
}

function inject(rule: FaultRule): () => void {
  const remove = proxy.fault(rule)
  removals.push(remove)
  return remove
}

/** Marks a promise that is awaited later as handled, so that a test reports only its first failure. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

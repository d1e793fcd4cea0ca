import { WebSocketProvider, type Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBroker, health, memoryJournal, type BrokerEvent, type Logger } from '../../../src/index.ts'
import { startAnvil, type Anvil } from '../../../src/local/anvil.ts'
import { deployContracts, type LocalContracts } from '../../../src/local/deploy.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { connect } from '../../support/chain.ts'
import { until } from '../../support/until.ts'

/** No timer of the stream comes within a test: what is said is said because the socket closed. */
const intervalMs = 600_000

let anvil: Anvil
let contracts: LocalContracts
let user: Wallet

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 2 })
  const http = connect(anvil.url)
  contracts = await deployContracts(http, testWallet(0, http))
  user = testWallet(1, http)
})
afterAll(() => anvil.stop())

describe('a provider whose WebSocket', () => {
  test('is destroyed by the caller is said in the status and in the log at once', async () => {
    const warnings: unknown[] = []
    const warn: Logger['warn'] = (details, message) => warnings.push([message, details])
    const provider = new WebSocketProvider(anvil.url.replace('http', 'ws'))
    await using broker = await createBroker({
      signer: user.connect(provider),
      network: contracts.network,
      journal: memoryJournal(),
      intervalMs,
      logger: { debug: () => {}, info: () => {}, warn, error: () => {} },
    })
    const told: BrokerEvent[] = []
    broker.events$.subscribe((event) => told.push(event))
    const subscription = broker.positions$.subscribe()
    await until(() => broker.positions$.status.block !== null)
    const error = expect.objectContaining({
      name: 'ReadError',
      retryable: false,
      message:
        "The provider's socket is closed.\n\ndo: make a new provider and a new broker: ethers does not reconnect",
    }) as Error
    await provider.destroy()
    await until(() => broker.positions$.status.failures > 0, 5_000)
    expect(broker.positions$.status.error).toEqual(error)
    expect(warnings[0]).toEqual(['reading failed', { err: error, failures: 1 }])
    expect(told).toMatchObject([
      { type: 'reading.stale', message: expect.stringContaining('socket is closed') as string },
    ])
    expect(health(broker).checks.reading).toMatchObject({
      status: 'fail',
      message: expect.stringContaining("The provider's socket is closed.") as string,
    })
    await expect(broker.position()).rejects.toEqual(error)
    await expect(broker.ledger.depositFund('5')).rejects.toMatchObject({ name: 'ReadError' })
    subscription.unsubscribe()
  })

  test('closes while a request waits asks again over HTTP', async () => {
    const provider = new WebSocketProvider(anvil.url.replace('http', 'ws'))
    await using broker = await createBroker({ provider, address: user.address, network: contracts.network })
    const send = provider.send.bind(provider)
    provider.send = (method, params) => (method === 'eth_call' ? new Promise(() => undefined) : send(method, params))
    const position = broker.position()
    provider.websocket.close()
    expect(await position).toMatchObject({ wallet: { address: user.address }, ledger: null, subAccounts: [] })
  })

  test('takes no subscriptions is polled', async () => {
    const provider = new WebSocketProvider(anvil.url.replace('http', 'ws'))
    const send = provider.send.bind(provider)
    provider.send = (method, params) =>
      method === 'eth_subscribe' ? Promise.reject(new Error('no subscriptions')) : send(method, params)
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    await using broker = await createBroker({
      provider,
      address: user.address,
      network: contracts.network,
      intervalMs: 100,
    })
    const blocks = new Set<number>()
    const subscription = broker.positions$.subscribe(({ block }) => blocks.add(block.number))
    await until(() => blocks.size === 1)
    await connect(anvil.url).send('evm_mine', [])
    await until(() => blocks.size === 2)
    expect([unhandled.mock.calls, broker.positions$.status.failures]).toEqual([[], 0])
    process.off('unhandledRejection', unhandled)
    subscription.unsubscribe()
    await provider.destroy()
  })

  test('is open reads on each block', async () => {
    const provider = new WebSocketProvider(anvil.url.replace('http', 'ws'))
    await using broker = await createBroker({
      provider,
      address: user.address,
      network: contracts.network,
      intervalMs,
    })
    const subscription = broker.positions$.subscribe()
    await until(() => broker.positions$.status.block !== null)
    const { block } = broker.positions$.status
    await connect(anvil.url).send('evm_mine', [])
    await until(() => broker.positions$.status.block === (block ?? 0) + 1)
    subscription.unsubscribe()
    await provider.destroy()
  })
})

import { WebSocketProvider, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RawSocket } from '../../../src/chain/socket-client.ts'
import { createSocketLink } from '../../../src/chain/socket-link.ts'
import { createBroker, health, memoryJournal, type Logger } from '../../../src/index.ts'
import { lowWallet, outcomeOf, paidOnce } from '../../support/low-wallet.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { EXACT } from '../../support/exact.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let node: TcpProxy
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 4 })
  node = await startTcpProxy(Number(new URL(chain.anvil.url).port))
})
afterAll(async () => {
  await node[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** No reading comes from a timer within a test: what is read is read because a socket announced a block, or has changed. */
const NEVER_MS = 600_000
const blockOf = async () => Number(await chain.provider.send('eth_blockNumber', []))

function walletAt(index: number): Wallet {
  const wallet = chain.wallets[index]
  if (!wallet) throw new Error('no wallet')
  return wallet
}

async function open(signer: Wallet, intervalMs = NEVER_MS, fails = false) {
  const lines: string[] = []
  const line: Logger['warn'] = (_, message) => {
    lines.push(message)
    if (fails) throw new Error('the log is full')
  }
  const provider = new WebSocketProvider(`ws://127.0.0.1:${node.port}`)
  const broker = await createBroker({
    signer: signer.connect(provider),
    network: chain.network,
    journal: memoryJournal(),
    intervalMs,
    logger: { debug: () => undefined, info: line, warn: line, error: line },
  })
  const subscription = broker.positions$.subscribe()
  await until(() => broker.positions$.status.block !== null)
  return {
    broker,
    provider,
    lines,
    status: () => broker.positions$.status,
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe()
      await broker.close()
      await provider.destroy()
    },
  }
}

const CLOSED = "the provider's socket is closed: blocks are polled, and another one is being opened"
const AGAIN = "the provider's socket is open again: blocks are announced"

test('a logger that throws keeps no socket from being opened anew', async () => {
  await using world = await open(walletAt(0), NEVER_MS, true)
  const { lines, status } = world
  node.cut()
  await until(() => lines.includes(CLOSED))
  await until(() => status().socket === 'open')
  await until(() => lines.includes(AGAIN))
})

test('a socket that the node cuts is opened anew, and blocks are announced again', async () => {
  await using world = await open(walletAt(0))
  const { broker, lines, status } = world
  expect(status().socket).toBe('open')
  node.cut()
  await until(() => lines.includes(CLOSED))
  await until(() => status().socket === 'open')
  await until(() => lines.includes(AGAIN))
  for (let count = 0; count < 2; count += 1) {
    await chain.mine()
    const block = await blockOf()
    await until(() => status().block === block)
  }
  expect([health(broker).checks.reading.status, status().failures]).toEqual(['pass', 0])
  expect(lines.filter((one) => [CLOSED, AGAIN].includes(one))).toEqual([CLOSED, AGAIN])
})

test('while no socket opens, readings and payments go on over HTTP, and health warns', async () => {
  const low = await lowWallet(chain, chain.inference)
  await using world = await open(low.wallet, 200)
  const { broker, status } = world
  node.set('no-sockets')
  node.cut()
  await until(() => status().socket === 'closed')
  await chain.mine()
  const block = await blockOf()
  await until(() => (status().block ?? 0) >= block)
  expect(health(broker).checks.reading).toMatchObject({
    status: 'warn',
    message: "The provider's socket is closed: blocks are polled, and another one is being opened.",
  })
  broker.inference.startAutoFunding(chain.inference[0]?.address ?? '', { ...EXACT, unsettledFee: false })
  await until(async () => (await outcomeOf(chain, low)).mined >= 1)
  node.set('pass')
  await until(() => status().socket === 'open', 20_000)
  await chain.mine()
  expect(health(broker).checks.reading.status).toBe('pass')
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('a top-up whose socket is cut before the answer to its broadcast is paid once', async () => {
  const low = await lowWallet(chain, chain.inference)
  await using world = await open(low.wallet, 200)
  const { broker, provider, status } = world
  const send = provider.send.bind(provider)
  provider.send = (method, params) => {
    if (method === 'eth_sendRawTransaction') node.set('cut-answers')
    return send(method, params)
  }
  broker.inference.startAutoFunding(chain.inference[0]?.address ?? '', { ...EXACT, unsettledFee: false })
  await until(() => status().socket === 'closed', 20_000)
  node.set('pass')
  await until(async () => (await outcomeOf(chain, low)).mined >= 1)
  await until(() => status().socket === 'open', 20_000)
  await chain.mine()
  await until(async () => (await outcomeOf(chain, low)).waiting === 0)
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('while nothing answers at the address, readings fail, and go on once the node is back', async () => {
  await using world = await open(walletAt(1), 200)
  const { broker, status } = world
  node.set('cut-requests')
  node.cut()
  await until(() => status().failures > 1)
  expect(status().error).toMatchObject({
    name: 'ReadError',
    retryable: true,
    message: expect.stringContaining("The provider's socket is closed.") as string,
  })
  node.set('pass')
  await until(() => status().socket === 'open' && status().failures === 0, 20_000)
  await chain.mine()
  const block = await blockOf()
  await until(() => status().block === block)
  expect(health(broker).checks.reading.status).toBe('pass')
})

test('a socket that says nothing any more is given up, and another one takes its place', async () => {
  await using world = await open(walletAt(2), 1_000)
  const { status } = world
  node.set('swallow-answers')
  await until(() => status().socket === 'closed', 25_000)
  node.set('pass')
  await until(() => status().socket === 'open' && status().failures === 0, 20_000)
  await chain.mine()
  const block = await blockOf()
  await until(() => status().block === block)
}, 60_000)

test('a socket that its class refuses at once is tried again', async () => {
  const url = `ws://127.0.0.1:${node.port}`
  await using world = await open(walletAt(3))
  const { constructor } = world.provider.websocket
  let tries = 0
  const link = createSocketLink({
    open() {
      tries += 1
      if (tries < 3) throw new Error('refused')
      return Reflect.construct(constructor, [url]) as RawSocket
    },
    url,
    isOver: () => false,
  })
  const stop = link.onBlock(() => undefined)
  await until(() => link.isOpen())
  expect([tries, await link.send('eth_chainId', [])]).toEqual([3, '0x7a69'])
  stop()
})

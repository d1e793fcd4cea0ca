import { keccak256, type JsonRpcProvider } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startAnvil, type Anvil } from '../../../src/local/anvil.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { connect } from '../../support/chain.ts'
import { startProxy, type Fault, type Proxy } from '../../support/proxy.ts'

let anvil: Anvil
let proxy: Proxy
let node: JsonRpcProvider
let remove = () => {}

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 3 })
  proxy = await startProxy(anvil.url)
  node = connect(anvil.url)
})
afterEach(() => {
  remove()
  proxy.reset()
})
afterAll(async () => {
  node.destroy()
  await proxy.stop()
  await anvil.stop()
})

test('the proxy forwards and counts every call, also each member of a batch', async () => {
  expect(await post([call('eth_chainId'), call('eth_blockNumber', [], 'b'), call('eth_chainId', [], 3)])).toEqual([
    { jsonrpc: '2.0', id: 1, result: '0x7a69' },
    { jsonrpc: '2.0', id: 'b', result: '0x0' },
    { jsonrpc: '2.0', id: 3, result: '0x7a69' },
  ])
  expect(await post(call('eth_chainId'))).toEqual({ jsonrpc: '2.0', id: 1, result: '0x7a69' })
  expect([proxy.requests, proxy.calls]).toEqual([2, { eth_chainId: 3, eth_blockNumber: 1 }])
  expect(proxy.log.map(({ method }) => method)).toEqual([
    'eth_chainId',
    'eth_blockNumber',
    'eth_chainId',
    'eth_chainId',
  ])
  proxy.reset()
  expect([proxy.requests, proxy.calls, proxy.log]).toEqual([0, {}, []])
})

test('a rule receives method, parameters and index of a call, until it is removed', async () => {
  const seen: unknown[] = []
  remove = proxy.fault((asked) => void seen.push(asked))
  await post([call('eth_getBalance', [A, 'latest']), call('eth_chainId'), call('eth_chainId', [], 2)])
  remove()
  await post(call('eth_chainId'))
  expect(seen).toEqual([
    { method: 'eth_getBalance', params: [A, 'latest'], index: 0 },
    { method: 'eth_chainId', params: [], index: 0 },
    { method: 'eth_chainId', params: [], index: 1 },
  ])
})

test('http: the whole request gets a status, and nothing reaches the node', async () => {
  fault('evm_mine', { kind: 'http', status: 429, headers: { 'retry-after': '1' } })
  const before = await node.getBlockNumber()
  const response = await raw([call('eth_chainId'), call('evm_mine', [], 2)])
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await node.getBlockNumber()).toBe(before)
})

test('drop: the connection breaks before anything reaches the node', async () => {
  fault('evm_mine', { kind: 'drop' })
  const before = await node.getBlockNumber()
  await expect(post([call('eth_chainId'), call('evm_mine', [], 2)])).rejects.toThrow('fetch failed')
  expect(await node.getBlockNumber()).toBe(before)
})

test('dropAfter: the connection breaks after the node did its work', async () => {
  fault('evm_mine', { kind: 'dropAfter' })
  const before = await node.getBlockNumber()
  await expect(post([call('evm_mine'), call('eth_chainId', [], 2)])).rejects.toThrow('fetch failed')
  expect(await node.getBlockNumber()).toBe(before + 1)
})

test('half: the answer stops in its middle', async () => {
  fault('eth_chainId', { kind: 'half' })
  const response = await raw(call('eth_chainId'))
  expect(response.status).toBe(200)
  const whole = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x7a69' }).length
  const received: Uint8Array[] = []
  await expect(collect(response, received)).rejects.toThrow('terminated')
  expect([response.headers.get('content-length'), Buffer.concat(received).length]).toEqual([`${whole}`, whole >> 1])
})

test('rpc: one member of a batch gets an error', async () => {
  fault('eth_call', { kind: 'rpc', code: 3, message: 'execution reverted', data: '0x1234' })
  expect(await post([call('eth_call', [{}]), call('eth_chainId', [], 2)])).toEqual([
    { jsonrpc: '2.0', id: 1, error: { code: 3, message: 'execution reverted', data: '0x1234' } },
    { jsonrpc: '2.0', id: 2, result: '0x7a69' },
  ])
})

test('swallow: the proxy answers a broadcast and does not forward it', async () => {
  const [signed, hash] = await signedTransfer()
  fault('eth_sendRawTransaction', { kind: 'swallow', result: hash })
  expect(await post(call('eth_sendRawTransaction', [signed]))).toMatchObject({ result: hash })
  expect(await node.getTransaction(hash)).toBeNull()
})

test('twice: the proxy forwards a call twice and returns the first answer', async () => {
  const [signed, hash] = await signedTransfer()
  fault('eth_sendRawTransaction', { kind: 'twice' })
  expect(await post(call('eth_sendRawTransaction', [signed]))).toMatchObject({ result: hash })
  const before = await node.getBlockNumber()
  fault('evm_mine', { kind: 'twice' })
  await post([call('evm_mine')])
  expect(await node.getBlockNumber()).toBe(before + 2)
})

test('replace: the proxy forwards a call and returns another result', async () => {
  const before = await node.getBlockNumber()
  fault('evm_mine', { kind: 'replace', result: 'never heard of it' })
  expect(await post(call('evm_mine'))).toEqual({ jsonrpc: '2.0', id: 1, result: 'never heard of it' })
  expect(await node.getBlockNumber()).toBe(before + 1)
})

test('delay: the proxy forwards a call later, and its batch neighbours at once', async () => {
  const before = await node.getBlockNumber()
  fault('evm_mine', { kind: 'delay', ms: 100 })
  const started = performance.now()
  expect(await post([call('evm_mine'), call('eth_blockNumber', [], 2)])).toMatchObject([{}, { result: hex(before) }])
  expect(performance.now() - started).toBeGreaterThan(95)
  expect(await node.getBlockNumber()).toBe(before + 1)
})

test('pause: requests wait until resume()', async () => {
  const resume = proxy.pause()
  let answered = false
  const waiting = post(call('eth_chainId')).then(() => (answered = true))
  await node.send('evm_mine', [])
  await expect.poll(() => proxy.requests).toBe(1)
  expect(answered).toBe(false)
  resume()
  expect(await waiting).toBe(true)
})

test('stale: every read is answered at an older block, for any block tag', async () => {
  const sender = testWallet(1, node)
  const past = await node.getBlockNumber()
  const [balance, nonce] = [await node.getBalance(sender.address), await node.getTransactionCount(sender.address)]
  const creation = await sender.sendTransaction({ data: CREATE_BLOCK_NUMBER })
  const { blockHash, blockNumber, contractAddress: to } = (await creation.wait()) ?? {}
  expect(blockNumber).toBe(past + 1)
  const reads = (...tag: unknown[]) => [
    call('eth_blockNumber', [], 1),
    call('eth_getBlockByNumber', ['latest', false], 2),
    call('eth_getBlockByNumber', ['pending', false], 3),
    call('eth_getBalance', [sender.address, ...tag], 4),
    call('eth_getTransactionCount', [sender.address, ...tag], 5),
    call('eth_call', [{ to }, ...tag], 6),
    call('eth_estimateGas', [{ from: sender.address, to }, ...tag], 7),
  ]
  expect(await post(call('eth_call', [{ to }]))).toMatchObject({ result: word(past + 1) })
  remove = proxy.fault(() => ({ kind: 'stale', blocks: 1 }))
  for (const tag of [['latest'], ['pending'], [hex(past + 1)], [{ blockHash }], []])
    expect(await post(reads(...tag))).toMatchObject([
      { id: 1, result: hex(past) },
      { id: 2, result: { number: hex(past) } },
      { id: 3, result: { number: hex(past) } },
      { id: 4, result: hex(balance) },
      { id: 5, result: hex(nonce) },
      { id: 6, result: '0x' },
      { id: 7, result: hex(21_000) },
    ])
  remove()
  remove = proxy.fault(() => ({ kind: 'stale', blocks: 1_000 }))
  expect(await post(call('eth_blockNumber'))).toMatchObject({ result: '0x0' })
})

const A = '0x000000000000000000000000000000000000000A'

/** Creates a contract that returns the block number. */
const CREATE_BLOCK_NUMBER = '0x684360005260206000f35f5260096017f3'

function fault(method: string, fault: Fault): void {
  remove()
  remove = proxy.fault((call) => (call.method === method ? fault : undefined))
}

function call(method: string, params: unknown[] = [], id: number | string = 1) {
  return { jsonrpc: '2.0', id, method, params }
}

function raw(payload: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(proxy.url, { method: 'POST', headers, body: JSON.stringify(payload) })
}

async function post(payload: unknown): Promise<unknown> {
  return (await raw(payload)).json()
}

async function collect({ body }: Response, received: Uint8Array[]): Promise<void> {
  for await (const part of body ?? []) received.push(part)
}

async function signedTransfer(): Promise<[string, string]> {
  const sender = testWallet(0, node)
  const signed = await sender.signTransaction(await sender.populateTransaction({ to: A, value: 1 }))
  return [signed, keccak256(signed)]
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`
}

function word(value: number): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

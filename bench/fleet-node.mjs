import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import process from 'node:process'
import { BLOCK_PROOF } from '../dist/src/chain/block-proof.js'
import { digestCode, digestOf } from '../dist/src/chain/digest-code.js'
import { callsFor, walletViews } from '../dist/src/chain/wallet-views.js'
import { inferenceAbi, ledgerAbi, multicallAbi } from '../dist/src/chain/abi.js'
import { fineTuningServicesAbi, inferenceServicesAbi } from '../dist/src/chain/services-abi.js'
import { fleetNetwork, fleetProvider, OG } from './fleet-world.mjs'

/**
 * A node in a process of its own that answers as a chain with the contracts would, for any number of wallets with a ledger and as many
 * sub-accounts as the bench wants. Over IPC it takes `change`, after which every sub-account has another balance, and tells its counts.
 */
const ACCOUNTS = Number(process.argv[2])
/** Its usual address. */
const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11'
const CHAIN_ID = `0x${fleetNetwork.chainId.toString(16)}`
const start = Date.now()
let seed = 0
let counts = nothing()

const word = (value) => BigInt(value).toString(16).padStart(64, '0')
const block = () => ({
  number: 1_000 + Math.floor((Date.now() - start) / 1_000),
  timestamp: Math.floor(Date.now() / 1_000),
})

/** The code for so many wallets is as long as no other. */
const ANY_WALLET = fleetProvider(0)
const VIEWS = walletViews(fleetNetwork, MULTICALL3)
const WALLETS_BY_LENGTH = new Map(
  Array.from({ length: 100 }, (_, at) => [digestCode(VIEWS, Array(at + 1).fill(ANY_WALLET)).length, at + 1]),
)

const answers = new Map([
  ...['MIN_ACCOUNT_BALANCE', 'MIN_TRANSFER_AMOUNT'].map((name, at) => plain(ledgerAbi, name, [[3n * OG, OG][at]])),
  ...['MAX_PROVIDERS_PER_BATCH', 'MAX_PROVIDERS_PER_USER_PER_SERVICE', 'MAX_ADDITIONAL_INFO_LENGTH'].map((name) =>
    plain(ledgerAbi, name, [100n]),
  ),
  plain(inferenceAbi, 'lockTime', [7_200n]),
  plain(inferenceAbi, 'ledgerAddress', [fleetNetwork.ledger]),
  [selector(ledgerAbi, 'getServiceInfo'), ({ data }) => serviceInfo(`0x${data.slice(-40)}`)],
  [selector(inferenceServicesAbi, 'getService'), ({ to, data }) => service(to, `0x${data.slice(-40)}`)],
  [selector(inferenceAbi, 'getAccount'), ({ data }) => account(data.slice(34, 74), data.slice(-40))],
  [selector(multicallAbi, 'getBlockNumber'), () => word(block().number)],
  [selector(multicallAbi, 'getCurrentBlockTimestamp'), () => word(block().timestamp)],
  [selector(multicallAbi, 'getEthBalance'), () => word(10n * OG)],
  [selector(ledgerAbi, 'getLedger'), ({ data }) => ledger(data.slice(34, 74))],
  [selector(inferenceAbi, 'getAccountsByUser'), ({ to, data }) => accounts(to, data.slice(34, 74))],
])

const server = createServer(
  (incoming, outgoing) =>
    void serve(incoming, outgoing).catch((error) => {
      // The fleet would go on with stale positions, and cost less than it does.
      console.error(error)
      process.exit(1)
    }),
)
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }))
process.on('message', (message) => {
  process.send({ counts })
  if (message === 'change') seed += 1
  if (message === 'reset') counts = nothing()
})
process.on('disconnect', () => process.exit())

async function serve(incoming, outgoing) {
  const question = JSON.parse(await buffer(incoming))
  counts.requests += 1
  const answer = Array.isArray(question) ? question.map(answerTo) : answerTo(question)
  outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

function answerTo({ id, method, params }) {
  counts.calls += 1
  counts.methods[method] = (counts.methods[method] ?? 0) + 1
  return { jsonrpc: '2.0', id, result: resultOf(method, params) }
}

function resultOf(method, [first, second]) {
  if (method === 'eth_call') return call(first, second)
  if (method === 'eth_chainId') return CHAIN_ID
  if (method === 'eth_blockNumber') return hex(block().number)
  if (method === 'eth_getBlockByNumber') return header(first)
  if (method === 'eth_getCode') return '0x00'
  if (method === 'eth_getTransactionCount') return '0x0'
  if (method === 'eth_getBalance') return hex(10n * OG)
  if (method === 'txpool_contentFrom') return { pending: {}, queued: {} }
  if (method === 'eth_gasPrice' || method === 'eth_maxPriorityFeePerGas') return hex(2_000_000_000)
  if (method === 'eth_feeHistory') return feeHistory(Number(first), second)
  if (method === 'eth_getLogs') return []
  throw new Error(`The node of the bench has no ${method}.`)
}

function call({ to, data }, tag) {
  if (to === undefined && data !== BLOCK_PROOF) return digests(data)
  if (to === undefined) return blockProof(tag)
  return to.toLowerCase() === MULTICALL3.toLowerCase() && data.startsWith('0x82ad56cb')
    ? aggregate(data)
    : `0x${viewOf({ to, data })}`
}

/** As of the block that is asked about: the one that a fleet asks about when it opens is perhaps no longer the latest. */
function blockProof(tag) {
  const { number, timestamp } = header(tag)
  return `0x${word(number)}${word(timestamp)}`
}

/** What the code that digests answers returns. */
function digests(code) {
  const count = WALLETS_BY_LENGTH.get(code.length)
  if (count === undefined) throw new Error(`The node of the bench does not know this code: ${code.slice(0, 100)}`)
  const wallets = code.slice(-40 * count).match(/.{40}/g)
  return `0x${word(block().number)}${word(block().timestamp)}${wallets.map(digestFor).join('')}`
}

function digestFor(wallet) {
  const calls = callsFor(VIEWS, `0x${wallet}`)
  const outcomes = calls.map(({ to, data }) => ({
    reverted: false,
    data: `0x${viewOf({ to: to.toLowerCase(), data })}`,
  }))
  return digestOf(outcomes).slice(2)
}

function viewOf({ to, data }) {
  const answer = answers.get(data.slice(0, 10))
  if (!answer) throw new Error(`The node of the bench has no call ${data.slice(0, 10)}.`)
  return answer({ to: to.toLowerCase(), data })
}

/** aggregate3 by slices of hex: the node must not be what the bench waits for. */
function aggregate(data) {
  const first = 10 + 128
  const number = (at) => Number.parseInt(data.slice(at, at + 64), 16)
  const count = number(10 + 64)
  const bodies = []
  for (let index = 0; index < count; index += 1) {
    const at = first + 2 * number(first + 64 * index)
    const length = 2 * number(at + 192)
    const answer = viewOf({
      to: `0x${data.slice(at + 24, at + 64)}`,
      data: `0x${data.slice(at + 256, at + 256 + length)}`,
    })
    bodies.push(
      `${word(1)}${word(64)}${word(answer.length / 2)}${answer}${'0'.repeat((64 - (answer.length % 64)) % 64)}`,
    )
  }
  let offset = 32 * count
  const offsets = bodies.map((body) => {
    const at = offset
    offset += body.length / 2
    return word(at)
  })
  return `0x${word(32)}${word(count)}${offsets.join('')}${bodies.join('')}`
}

/** A charge leaves the ledger's total, too. */
function ledger(user) {
  const total = BigInt(100 + 3 * ACCOUNTS) * OG - BigInt(ACCOUNTS * seed)
  return `${word(32)}${user.padStart(64, '0')}${word(100n * OG)}${word(total)}${word(128)}${word(0)}`
}

function accounts(to, user) {
  if (to !== fleetNetwork.inference.toLowerCase()) return `${word(64)}${word(0)}${word(0)}`
  const bodies = Array.from({ length: ACCOUNTS }, (_, at) => accountBody(user, fleetProvider(at).slice(2)))
  const size = bodies[0].length / 2
  const offsets = bodies.map((_, at) => word(32 * ACCOUNTS + size * at))
  return `${word(64)}${word(ACCOUNTS)}${word(ACCOUNTS)}${offsets.join('')}${bodies.join('')}`
}

const account = (user, provider) => `${word(32)}${accountBody(user, provider)}`

/** user, provider, nonce, balance, pendingRefund, refunds, additionalInfo, acknowledged, validRefundsLength, generation, revokedBitmap */
function accountBody(user, provider) {
  const head = [
    word(7),
    word(3n * OG - BigInt(seed)),
    word(0),
    word(352),
    word(384),
    word(1),
    word(0),
    word(0),
    word(0),
  ]
  return `${user.padStart(64, '0')}${provider.padStart(64, '0')}${head.join('')}${word(0)}${word(0)}`
}

function serviceInfo(address) {
  const type = address.toLowerCase() === fleetNetwork.inference.toLowerCase() ? 'inference' : 'fine-tuning'
  const info = [address, address, type, 'v1.0', `${type}-v1.0`, '', true, 1n]
  return ledgerAbi.encodeFunctionResult('getServiceInfo', [info]).slice(2)
}

function service(to, provider) {
  if (to !== fleetNetwork.inference.toLowerCase()) return noFineTuning(provider)
  const offer = [provider, 'chatbot', 'http://127.0.0.1:1', 1n, 1n, 1n, 'model', 'TeeML', '', provider, true]
  return inferenceServicesAbi.encodeFunctionResult('getService', [offer]).slice(2)
}

function noFineTuning(provider) {
  const offer = [provider, '', [0n, 0n, 0n, 0n, ''], 0n, false, [], provider, false]
  return fineTuningServicesAbi.encodeFunctionResult('getService', [offer]).slice(2)
}

function header(tag) {
  const latest = block()
  const number = tag === 'latest' ? latest.number : Number(tag)
  if (number > latest.number) return null
  const timestamp = hex(latest.timestamp - (latest.number - number))
  return {
    number: hex(number),
    timestamp,
    hash: `0x${word(number + 1)}`,
    baseFeePerGas: hex(1_000_000_000),
    transactions: [],
  }
}

function feeHistory(blocks) {
  const oldestBlock = hex(block().number - blocks + 1)
  const fees = Array.from({ length: blocks + 1 }, () => hex(1_000_000_000))
  return {
    oldestBlock,
    baseFeePerGas: fees,
    gasUsedRatio: fees.slice(1).map(() => 0.5),
    reward: fees.slice(1).map(() => [1, 2, 3].map(hex)),
  }
}

function plain(abi, name, values) {
  const answer = abi.encodeFunctionResult(name, values).slice(2)
  return [selector(abi, name), () => answer]
}

function selector(abi, name) {
  return abi.getFunction(name).selector
}

function hex(value) {
  return `0x${value.toString(16)}`
}

function nothing() {
  return { requests: 0, calls: 0, methods: {} }
}

// A process that closes a ledger, or goes on with the closing of another process, and kills itself at the moment that `crashAt`
// names. It runs on the built package, as an app's process does.
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'

const { rpcUrl, network, key, journal: path, crashAt, begins } = JSON.parse(process.env.CLOSER)

class Provider extends JsonRpcProvider {
  async send(method, params) {
    const isBroadcast = method === 'eth_sendRawTransaction'
    if (isBroadcast && crashAt === 'in-broadcast') setImmediate(() => setImmediate(die))
    const response = await super.send(method, params)
    if (isBroadcast && crashAt === 'after-broadcast') die()
    return response
  }
}

const inner = fileJournal(path)
const journal = {
  ...inner,
  async append(record) {
    if (crashAt === `before-${record.type}`) die()
    await inner.append(record)
    if (crashAt === `after-${record.type}`) die()
  },
}

const provider = new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })
const broker = await createBroker({ signer: new Wallet(key, provider), network, journal, intervalMs: 100 })
const { ledger } = broker
broker.positions$.subscribe((position) => {
  process.stdout.write(`${JSON.stringify({ status: ledger.closingStatus(), ledger: position.ledger }, plain)}\n`)
  if (position.ledger === null && !ledger.isClosing) void broker.close().then(() => process.exit(0))
})
if (begins) void ledger.closeLedger().catch(() => undefined)
setInterval(() => undefined, 1_000)

function die() {
  process.kill(process.pid, 'SIGKILL')
}

function plain(_, value) {
  return typeof value === 'bigint' ? String(value) : value
}

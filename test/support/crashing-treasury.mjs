// A process that fills a ledger from a treasury's key and kills itself at the moment of the treasury's deposit that `crashAt`
// names. It runs on the built package, as an app's process does.
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'

const { rpcUrl, network, key, treasury, journals, crashAt } = JSON.parse(process.env.TREASURY)

class Provider extends JsonRpcProvider {
  async send(method, params) {
    if (method !== 'eth_sendRawTransaction') return super.send(method, params)
    if (crashAt === 'in-broadcast') setImmediate(() => setImmediate(die))
    const response = await super.send(method, params)
    if (crashAt === 'after-broadcast') die()
    return response
  }
}

const inner = fileJournal(journals.treasury, {})
const journal = {
  ...inner,
  async append(record) {
    if (crashAt === `before-${record.type}`) die()
    await inner.append(record)
    if (crashAt === `after-${record.type}`) die()
  },
}

const provider = new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })
const signer = new Wallet(key, provider)
const broker = await createBroker({ signer, network, journal: fileJournal(journals.hot, {}), intervalMs: 100 })
broker.plan$.subscribe(({ deposit }) => {
  if (deposit) process.stdout.write(`${deposit.action === 'hold' ? deposit.reason : deposit.action}\n`)
})
broker.ledger.startAutoDeposit({
  trigger: '5',
  target: '20',
  from: { signer: new Wallet(treasury, provider), journal },
})
setInterval(() => undefined, 1_000)

function die() {
  process.kill(process.pid, 'SIGKILL')
}

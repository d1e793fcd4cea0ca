// A process that closes a ledger, or goes on with the closing of another process, and kills itself at the moment that `crashAt`
// names. It runs on the built package, as an app's process does.
import { Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'
import { crashingJournal, crashingProvider } from './crash.mjs'

const { rpcUrl, network, key, journal: path, crashAt, begins } = JSON.parse(process.env.CLOSER)

const provider = crashingProvider(rpcUrl, crashAt)
const journal = crashingJournal(fileJournal(path), crashAt)
const broker = await createBroker({ signer: new Wallet(key, provider), network, journal, intervalMs: 100 })
const { ledger } = broker
broker.positions$.subscribe((position) => {
  process.stdout.write(`${JSON.stringify({ status: ledger.closingStatus(), ledger: position.ledger }, plain)}\n`)
  if (position.ledger === null && !ledger.isClosing) void broker.close().then(() => process.exit(0))
})
if (begins) void ledger.closeLedger().catch(() => undefined)
setInterval(() => undefined, 1_000)

function plain(_, value) {
  return typeof value === 'bigint' ? String(value) : value
}

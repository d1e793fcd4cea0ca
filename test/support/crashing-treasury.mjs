// A process that fills a ledger from a treasury's key and kills itself at the moment of the treasury's deposit that `crashAt`
// names. It runs on the built package, as an app's process does.
import { Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'
import { crashingJournal, crashingProvider } from './crash.mjs'

const { rpcUrl, network, key, treasury, journals, crashAt } = JSON.parse(process.env.TREASURY)

const provider = crashingProvider(rpcUrl, crashAt)
const journal = crashingJournal(fileJournal(journals.treasury, {}), crashAt)
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

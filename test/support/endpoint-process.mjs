// A process that sends ten requests at once through an endpoint, and each again until it is answered, as an app would. It runs
// on the built package, as an app's process does.
import { setTimeout as sleep } from 'node:timers/promises'
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'

const { rpcUrl, network, key, provider: address, journal } = JSON.parse(process.env.ENDPOINT)

const provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })
const broker = await createBroker({ signer: new Wallet(key, provider), network, journal: fileJournal(journal) })
const { baseURL, fetch } = await broker.inference.endpoint(address, { maxTopUp: '5' })
const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] })

process.stdout.write('ready\n')
await Promise.all(Array.from({ length: 10 }, untilAnswered))
process.stdout.write('answered\n')
setInterval(() => undefined, 1_000)

async function untilAnswered() {
  while ((await fetch(`${baseURL}/chat/completions`, { method: 'POST', body })).status !== 200) await sleep(50)
}

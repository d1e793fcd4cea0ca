// A process that keeps sub-accounts funded and kills itself at the moment that `crashAt` names. It runs on the built package,
// as an app's process does.
import * as files from 'node:fs/promises'
import { JsonRpcProvider, Wallet } from 'ethers'
import { createTransport, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'
import { signerOf } from '../../dist/src/viem/index.js'

const { rpcUrl, network, key, providers, terms, journal: path, crashAt, library } = JSON.parse(process.env.KEEPER)

/** Sends a request, and dies beside the broadcast where it has to. */
async function sending(method, send) {
  if (method !== 'eth_sendRawTransaction') return send()
  if (crashAt === 'in-broadcast') setImmediate(() => setImmediate(die))
  const response = await send()
  if (crashAt === 'after-broadcast') die()
  return response
}

class Provider extends JsonRpcProvider {
  send(method, params) {
    return sending(method, () => super.send(method, params))
  }
}

function transport(options) {
  const { config, request } = http(rpcUrl, { batch: true })(options)
  return createTransport({ ...config, request: (asked) => sending(asked.method, () => request(asked)) })
}

function signerBy(library) {
  if (library === 'viem') return signerOf(privateKeyToAccount(key), { rpc: transport })
  return new Wallet(key, new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 }))
}

const dying = {
  ...files,
  async rename(from, to) {
    if (crashAt === 'before-rename' && (await files.stat(from)).size > 60) die()
    await files.rename(from, to)
    if (crashAt === 'after-rename' && (await files.stat(to)).size > 60) die()
  },
}

const inner = fileJournal(path, { ...(crashAt?.endsWith('-rename') && { compactAfter: 1, files: dying }) })
const journal = {
  ...inner,
  async append(record) {
    if (crashAt === `before-${record.type}`) die()
    await inner.append(record)
    if (crashAt === `after-${record.type}`) die()
  },
}

const broker = await createBroker({ signer: signerBy(library), network, journal })
broker.plan$.subscribe(({ decisions }) => {
  const words = decisions.map(({ action, reason, reclaim }) =>
    [action === 'top-up' ? 'top-up' : reason, ...(reclaim ? [reclaim.wait ?? 'reclaim'] : [])].join('/'),
  )
  process.stdout.write(`${words.join()}\n`)
})
for (const address of providers)
  broker.inference.startAutoFunding(address, { intervalMs: 100, target: 2, minTopUp: 0n, ...terms })
setInterval(() => undefined, 1_000)

function die() {
  process.kill(process.pid, 'SIGKILL')
}

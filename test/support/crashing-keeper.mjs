// A process that keeps sub-accounts funded and kills itself at the moment that `crashAt` names. It runs on the built package,
// as an app's process does.
import * as files from 'node:fs/promises'
import { Wallet } from 'ethers'
import { createTransport, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { createBroker } from '../../dist/src/index.js'
import { fileJournal } from '../../dist/src/transactions/file-journal.js'
import { signerOf } from '../../dist/src/viem/index.js'
import { crashingJournal, crashingProvider, die, sending } from './crash.mjs'

const { rpcUrl, network, key, providers, terms, journal: path, crashAt, library } = JSON.parse(process.env.KEEPER)

function transport(options) {
  const { config, request } = http(rpcUrl, { batch: true })(options)
  return createTransport({ ...config, request: (asked) => sending(crashAt, asked.method, () => request(asked)) })
}

function signerBy(library) {
  if (library === 'viem') return signerOf(privateKeyToAccount(key), { rpc: transport })
  return new Wallet(key, crashingProvider(rpcUrl, crashAt))
}

const dying = {
  ...files,
  async rename(from, to) {
    if (crashAt === 'before-rename' && (await files.stat(from)).size > 60) die()
    await files.rename(from, to)
    if (crashAt === 'after-rename' && (await files.stat(to)).size > 60) die()
  },
}

const journal = crashingJournal(
  fileJournal(path, { ...(crashAt?.endsWith('-rename') && { compactAfter: 1, files: dying }) }),
  crashAt,
)
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

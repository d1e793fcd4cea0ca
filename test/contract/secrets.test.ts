import { inspect } from 'node:util'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Logger } from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import type { Fault } from '../support/proxy.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

let chain: LocalChain
let proxy: Proxy

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const faults: Fault[] = [
  { kind: 'http', status: 500 },
  { kind: 'rpc', code: -32000, message: 'internal error' },
  { kind: 'drop' },
]

test.each(faults)(
  'a broadcast that fails ($kind) leaves no signed bytes and no URL credential in the log',
  async (fault) => {
    const signer = new Wallet(chain.wallets[0]?.privateKey ?? '', connect(`${proxy.url}/v2/s3cr3t?key=t0k3n`))
    const lines: string[] = []
    const note = (details: object, message: string) =>
      void lines.push(`${message} ${inspect(details, { depth: 10, showHidden: true })}`)
    const logger: Logger = { debug: note, info: note, warn: note, error: note }
    const journal = memoryJournal()
    await using broker = await createBroker({ signer, network: chain.network, journal, logger })
    const heal = proxy.fault(({ method }) => (method === 'eth_sendRawTransaction' ? fault : undefined))
    const sent = broker.ledger.depositFund('5')
    await until(() => lines.some((line) => line.startsWith('broadcast failed')))
    heal()
    await sent

    const [prepared] = journal.records
    const raw = prepared?.type === 'prepared' ? (prepared.signed?.raw ?? '') : ''
    expect(raw.length).toBeGreaterThan(200)
    for (const secret of ['s3cr3t', 't0k3n', raw.slice(2)]) expect(lines.join('\n')).not.toContain(secret)
  },
)

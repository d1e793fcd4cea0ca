import { JsonRpcSigner, parseEther as og, type TransactionRequest } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type JournalRecord } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { minedAt } from '../../support/mined-at.ts'
import { errorInTime } from '../../support/outcome.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let wallets: string[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 2 })
  wallets = chain.wallets.map(({ address }) => address)
})
afterEach(() => chain.provider.send('evm_setIntervalMining', [0]).then(() => chain.setAutomine(true)))
afterAll(() => chain[Symbol.asyncDispose]())

/** A wallet that signs only by sending. Of the transactions in `loses` it says nothing, and sends none. */
class ForgetfulWallet extends JsonRpcSigner {
  readonly loses = new Set<number>()

  override sendUncheckedTransaction(request: TransactionRequest): Promise<string> {
    const { nonce } = request
    if (typeof nonce === 'number' && this.loses.delete(nonce))
      return Promise.reject(new Error('connection to the wallet lost'))
    return super.sendUncheckedTransaction(request)
  }
}

/** What the journal has of each nonce: the method that was decided on, and what became of it. */
function storyOf(records: readonly JournalRecord[], nonce: number) {
  const prepared = records.flatMap((record) => (record.type === 'prepared' && record.nonce === nonce ? record : []))
  return prepared.map(({ id, intent }) => [
    intent.call.method,
    ...records.flatMap((record) =>
      'id' in record && record.id === id && record.type !== 'prepared' ? record.type : [],
    ),
  ])
}

test.for(['the process that asked the wallet', 'the next process'] as const)(
  'an intent that %s resolves as not sent below an open nonce: its nonce is filled by a journaled transfer of nothing',
  { timeout: 90_000 },
  async (resolver) => {
    const journal = memoryJournal()
    const signer = new ForgetfulWallet(chain.provider, wallets.pop() ?? '')
    const open = () => createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
    await using first = await open()
    await first.ledger.addLedger('10')
    const nonce = await signer.getNonce()
    signer.loses.add(nonce)
    expect(await errorInTime(first.ledger.depositFund('7'))).toMatchObject({ name: 'UnresolvedIntentError' })
    first.ledger.depositFund('1').catch(() => undefined)
    await until(() =>
      storyOf(journal.records, nonce + 1)
        .flat()
        .includes('sent'),
    )
    await using second = resolver === 'the next process' ? await first.close().then(open) : null
    const broker = second ?? first
    const unresolved = journal.records.find((record) => record.type === 'prepared' && record.nonce === nonce)
    // A block every second: the gap is proven once it was there for some of them.
    await chain.provider.send('evm_setIntervalMining', [1])
    expect(await signer.getNonce()).toBe(nonce)

    await broker.resolveIntent(unresolved && 'id' in unresolved ? unresolved.id : '', 'not-sent')

    const isMined = (one: number) => storyOf(journal.records, one).flat().includes('mined')
    await until(() => isMined(nonce) && isMined(nonce + 1))
    expect([storyOf(journal.records, nonce), storyOf(journal.records, nonce + 1)]).toEqual([
      [
        ['depositFund', 'superseded'],
        ['fillNonce', 'sent', 'mined'],
      ],
      [['depositFund', 'sent', 'mined']],
    ])
    expect(await minedAt(chain, { address: signer.address, nonce })).toMatchObject({
      to: signer.address,
      value: 0n,
      data: '0x',
    })
    expect(await signer.getNonce('pending')).toBe(nonce + 2)
    expect((await broker.position()).ledger).toMatchObject({ available: og('11') })
  },
)

import { JsonRpcSigner, parseEther, type TransactionRequest } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createBroker, memoryJournal, RefusedError, type Journal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let reset: () => Promise<void>

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  reset = await chain.snapshot()
})
afterEach(() => reset())
afterAll(() => chain[Symbol.asyncDispose]())

/** A wallet that signs only by sending, and answers each request as the test says. */
class BrowserWallet extends JsonRpcSigner {
  answer: (send: () => Promise<string>) => Promise<string> = (send) => send()
  asked = 0

  override sendUncheckedTransaction(request: TransactionRequest): Promise<string> {
    this.asked += 1
    return this.answer(() => super.sendUncheckedTransaction(request))
  }
}

const wallet = () => new BrowserWallet(chain.provider, chain.wallets[0]?.address ?? '')
const brokerOf = (signer: BrowserWallet, journal: Journal = memoryJournal()) =>
  createBroker({ signer, network: chain.network, journal })
const provider = () => chain.inference[0]?.address ?? ''

/** A broker whose process was lost while its wallet was asked: the answer never came. */
async function lostWhileAsking(happens: (send: () => Promise<string>) => Promise<void>) {
  const journal = memoryJournal()
  const signer = wallet()
  const broker = await brokerOf(signer, journal)
  await broker.ledger.addLedger('10')
  signer.answer = async (send) => {
    await happens(send)
    return new Promise(() => undefined)
  }
  void broker.ledger.transferFund(provider(), 'inference', '2').catch(() => undefined)
  await until(() => signer.asked === 2)
  await until(async () => (await chain.provider.send('txpool_content', [])) !== null)
  const { records } = journal
  await broker.close()
  return { ...memoryJournal(), load: () => Promise.resolve([...records]) }
}

test('every method works with a wallet that signs by sending, and the journal gets the hash once the wallet gives it', async () => {
  const journal = memoryJournal()
  await using broker = await brokerOf(wallet(), journal)
  const receipt = await broker.ledger.addLedger('10')
  expect(receipt).toMatchObject({ status: 1, success: true })
  expect(journal.records.map(({ type }) => type)).toEqual(['prepared', 'sent', 'mined'])
  expect(journal.records[0]).toMatchObject({ signed: null, intent: { amount: parseEther('10') } })
  expect(journal.records[1]).toMatchObject({ hash: receipt.transactionHash })
})

test('a refusal at the wallet sends nothing and takes no nonce', async () => {
  const signer = wallet()
  await using broker = await brokerOf(signer)
  signer.answer = () => Promise.reject(Object.assign(new Error('user rejected'), { code: 'ACTION_REJECTED' }))
  const refused: unknown = await broker.ledger.addLedger('10').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(RefusedError)
  expect(refused).toMatchObject({
    name: 'RefusedError',
    message: expect.stringContaining('The wallet refused to send.') as string,
  })
  signer.answer = (send) => send()
  expect(await broker.ledger.addLedger('10')).toMatchObject({ success: true })
})

test('the tracker finds a mined intent without a known hash on the chain', async () => {
  const journal = await lostWhileAsking(async (send) => void (await send()))
  await using broker = await brokerOf(wallet(), journal)
  await until(() => broker.transactions().at(-1)?.getSnapshot().value === 'mined')
  expect((await broker.position()).subAccounts).toMatchObject([{ provider: provider(), balance: parseEther('2') }])
})

test('an intent in doubt holds its sub-account until the user resolves it', async () => {
  const journal = await lostWhileAsking(() => Promise.resolve())
  const signer = wallet()
  await using broker = await brokerOf(signer, journal)
  broker.inference.startAutoFunding(provider(), { ...EXACT, intervalMs: 100 })
  const reason = () => broker.inference.autoFundingStatus()[0]?.reason
  await until(() => reason() === 'unresolved-intent')
  const [, open] = broker.transactions().map((actor) => actor.getSnapshot().context)
  expect(open).toMatchObject({ operation: 'transferFund', hashes: [], amount: String(parseEther('2')) })
  await expect(broker.resolveIntent('none', 'not-sent')).rejects.toThrow('There is no open intent of this id.')
  await expect(broker.resolveIntent(open?.id ?? '', { hash: '0x12' })).rejects.toThrow(
    'This is not a transaction hash.',
  )
  expect(signer.asked).toBe(0)

  await broker.resolveIntent(open?.id ?? '', 'not-sent')
  await until(() => broker.inference.autoFundingStatus()[0]?.state === 'watching' && signer.asked === 1)
  expect((await broker.position()).subAccounts).toMatchObject([{ balance: parseEther('2') }])
})

test('a wallet that fails without saying whether it sent leaves the intent open, and says how to resolve it', async () => {
  const signer = wallet()
  await using broker = await brokerOf(signer)
  await broker.ledger.addLedger('10')
  signer.answer = async (send) => {
    await send()
    throw new Error('connection to the wallet lost')
  }
  await expect(broker.ledger.transferFund(provider(), 'inference', '2')).rejects.toMatchObject({
    name: 'UnresolvedIntentError',
    message: expect.stringContaining('resolveIntent'),
  })
  await until(() => broker.transactions().at(-1)?.getSnapshot().value === 'mined')
})

test('in a browser the broker refuses auto-funding without an approver', async () => {
  await using broker = await brokerOf(wallet())
  vi.stubGlobal('document', {})
  try {
    expect(() => broker.inference.startAutoFunding(provider(), EXACT)).toThrow(
      'In a browser auto-funding asks before each top-up.',
    )
    broker.inference.startAutoFunding(provider(), { ...EXACT, approve: () => false })
    expect(broker.inference.hasAutoFunding(provider())).toBe(true)
  } finally {
    vi.unstubAllGlobals()
  }
})

test('in a browser the broker refuses auto-claim', async () => {
  await using broker = await brokerOf(wallet())
  vi.stubGlobal('document', {})
  try {
    const terms = { approve: () => true, autoClaim: true }
    expect(() => broker.inference.startAutoFunding(provider(), terms)).toThrow(
      'In a browser refunds are not claimed by themselves.',
    )
    await expect(createBroker({ signer: wallet(), network: chain.network, autoClaim: true })).rejects.toThrow(
      'In a browser refunds are not claimed by themselves.',
    )
  } finally {
    vi.unstubAllGlobals()
  }
})

import { JsonRpcSigner, parseEther as og, type TransactionRequest } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, NotSentError, type Broker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { errorInTime, lastOf, outcomeInTime } from '../../support/outcome.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let restore: () => Promise<void>
let signer: BrowserWallet
let broker: Broker

/** A wallet that signs only by sending, and answers the next request with an error where the test says so. */
class BrowserWallet extends JsonRpcSigner {
  refusal: unknown = null
  asked = 0

  override sendUncheckedTransaction(request: TransactionRequest): Promise<string> {
    this.asked += 1
    const { refusal } = this
    this.refusal = null
    if (refusal === null) return super.sendUncheckedTransaction(request)
    return Promise.reject(refusal)
  }
}

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  restore = await chain.snapshot()
})
beforeEach(async () => {
  signer = new BrowserWallet(chain.provider, chain.wallets[0]?.address ?? '')
  broker = await createBroker({ signer, network: chain.network, journal: memoryJournal(), intervalMs: 200 })
  await broker.ledger.addLedger('10')
})
afterEach(async () => {
  await broker.close()
  await chain.provider.send('anvil_dropAllTransactions', [])
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

const provider = () => chain.inference[0]?.address ?? ''
const coded = (code: number, message: string, more: object = {}) => Object.assign(new Error(message), { code, ...more })

/** How wallets say that their owner refused. */
const refusals: Record<string, unknown> = {
  "EIP-1193's 4001": coded(4_001, 'User rejected the request.'),
  "EIP-1193's 4100 after a change of account": coded(4_100, 'The requested account has not been authorized.'),
  "EIP-1193's 4200": coded(4_200, 'The wallet does not support the requested method.'),
  "WalletConnect's 5000": coded(5_000, 'User rejected.'),
  "WalletConnect's 5000 as a plain object": { code: 5_000, message: 'User rejected.' },
  "WalletConnect's 5001 for methods": coded(5_001, 'User rejected methods.'),
  "an internal error with EIP-1193's code inside": coded(-32_603, 'Internal JSON-RPC error.', {
    data: { code: 4_001, message: 'User denied transaction signature.' },
  }),
  "ethers' ACTION_REJECTED": Object.assign(new Error('user rejected action'), { code: 'ACTION_REJECTED' }),
  "ethers' wrapping of 5000": Object.assign(new Error('could not coalesce error'), {
    code: 'UNKNOWN_ERROR',
    error: { code: 5_000, message: 'User rejected.' },
  }),
}

test.for(Object.keys(refusals))(
  '%s is a refusal: nothing was sent, and the next transaction is mined',
  async (name) => {
    signer.refusal = refusals[name]
    const error = await errorInTime(broker.ledger.depositFund('7'))
    expect.soft(error).toBeInstanceOf(NotSentError)
    expect.soft(await outcomeInTime(broker.ledger.depositFund('1'))).toMatchObject({ value: { success: true } })
    expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('11') })
  },
)

test.for(Object.keys(refusals))(
  '%s for a top-up holds no sub-account: it is asked again and paid once',
  async (name) => {
    signer.refusal = refusals[name]
    broker.inference.startAutoFunding(provider(), EXACT)
    await until(() => signer.asked === 2)
    const reason = (): string | null | undefined => broker.inference.autoFundingStatus()[0]?.reason
    expect.soft(await lastOf(reason, (why) => why === 'backing-off')).toBe('backing-off')
    await chain.warp(30)
    expect.soft(await lastOf(reason, (why) => why === 'sufficient')).toBe('sufficient')
    expect(await broker.position()).toMatchObject({
      ledger: { available: og('8') },
      subAccounts: [{ balance: og('2') }],
    })
  },
)

import { parseEther as og, Wallet, type TransactionRequest } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, NotSentError } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { EXACT } from '../../support/exact.ts'
import { errorInTime } from '../../support/outcome.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
afterAll(() => chain[Symbol.asyncDispose]())

/** Does not answer its first request for a signature until the test says so. */
class SilentWallet extends Wallet {
  answer: (() => Promise<string>) | null = null

  override signTransaction(request: TransactionRequest): Promise<string> {
    if (this.answer) return super.signTransaction(request)
    return new Promise((resolve) => {
      this.answer = async () => {
        const raw = await super.signTransaction(request)
        resolve(raw)
        return raw
      }
    })
  }
}

test('a signer that does not answer costs its transaction alone, and its late signature is never broadcast', async () => {
  const { privateKey, provider } = await drainedWallet(chain)
  const signer = new SilentWallet(privateKey, provider)
  const broker = await createBroker({
    signer,
    network: chain.network,
    journal: memoryJournal(),
    intervalMs: 200,
    signerTimeoutMs: 1_000,
  })
  const nonce = await signer.getNonce()
  const error = await errorInTime(broker.ledger.depositFund('7'))
  expect(error).toMatchObject({ name: 'SigningError' })
  expect(error).toBeInstanceOf(NotSentError)
  broker.inference.startAutoFunding(chain.inference[0]?.address ?? '', EXACT)
  await signer.answer?.()
  await until(() => broker.inference.autoFundingStatus()[0]?.topUps === 1)
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('2'), ledger: og('16') })
  expect(await signer.getNonce('pending')).toBe(nonce + 1)
  await broker.close()
})

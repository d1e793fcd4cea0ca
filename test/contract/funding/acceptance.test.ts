import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { openBroker } from '../../../src/broker.ts'
import { connectChain } from '../../../src/chain/connect.ts'
import type { ProviderService } from '../../../src/chain/service.ts'
import { memoryJournal } from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

test('funding holds while the owner does not accept the signer of a provider, and goes on by itself', async () => {
  const [provider] = chain.inference
  if (!provider) throw new Error('The chain lacks a provider.')
  const { owner, inference } = chain.contracts
  const judge = (method: string) => transact(owner, [callOf(inference, method, [provider.address])])
  const low = await lowWallet(chain, [provider])
  await judge('revokeTEESignerAcknowledgement')
  const before = await balanceOf(low.wallet.address, provider.address)
  await expect(provider.settle(low.wallet.address, 1n)).rejects.toThrow('no TEE signer')
  expect(await balanceOf(low.wallet.address, provider.address)).toBe(before)

  /** Runs ahead of the real time, so that an answer about a provider grows old without a wait. */
  let ahead = 0
  const clock = { ...systemClock, elapsed: () => performance.now() + ahead }
  const answers: ProviderService[] = []
  const connected = await connectChain({ signer: low.wallet }, chain.network)
  const readService = async (address: string) => {
    const answer = await connected.readService(address)
    answers.push(answer)
    return answer
  }
  await using broker = await openBroker({ ...connected, readService }, { journal: memoryJournal(), clock })
  const funding = broker.inference.startAutoFunding(provider.address, {
    ...EXACT,
    intervalMs: 100,
    unsettledFee: false,
  })
  const reason = () => funding.getSnapshot().context.reason
  await until(() => reason() === 'provider-unaccepted')
  expect(await balanceOf(low.wallet.address, provider.address)).toBe(before)

  await judge('acknowledgeTEESignerByOwner')
  ahead += 30_000
  await until(() => reason() === 'sufficient')
  expect(funding.getSnapshot().context).toMatchObject({ topUps: 1 })
  expect(await balanceOf(low.wallet.address, provider.address)).toBe(og('2'))

  broker.inference.pauseAutoFunding()
  await provider.settle(low.wallet.address, og('1'))
  await judge('revokeTEESignerAcknowledgement')
  ahead += 600_000
  await until(() => answers.at(-1)?.accepted === false)
  broker.inference.resumeAutoFunding()
  await until(() => reason() === 'provider-unaccepted')
  expect(funding.getSnapshot().context).toMatchObject({ topUps: 1 })
  expect(await balanceOf(low.wallet.address, provider.address)).toBe(og('1'))
})

async function balanceOf(user: string, provider: string): Promise<bigint> {
  const { balance } = (await chain.contracts.inference.getFunction('getAccount')(user, provider)) as { balance: bigint }
  return balance
}

import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../src/index.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import { startProviderServer, tellsFees } from '../support/provider-server.ts'
import { until } from '../support/until.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { EXACT } from '../support/exact.ts'

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
let alice: LocalProvider, bob: LocalProvider, tuner: LocalProvider
let broker: Broker

/** A ledger with a sub-account with alice and one with tuner, of 2 OG each. Bob has none. */
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 1, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  ;[tuner] = chain.fineTuning as [LocalProvider]
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og('10')),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og('2')]),
    callOf(ledger, 'transferFund', [tuner.address, 'fine-tuning-v1.0', og('2')]),
  ])
  restore = await chain.snapshot()
})
beforeEach(async () => {
  broker = await createBroker({ signer: user, network: chain.network, intervalMs: 100, journal: memoryJournal() })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('API tokens', () => {
  test('are revoked one by one, several at once, and all together', async () => {
    const { inference } = broker
    const revoked = async () => Promise.all([0, 1, 7, 254].map((id) => inference.tokenRevoked(alice.address, id)))
    const seen = [await revoked(), await inference.generation(alice.address)]
    expect(await inference.revokeToken(alice.address.toLowerCase(), 1)).toMatchObject({ success: true })
    seen.push(await revoked())
    expect(await inference.revokeTokens(alice.address, [254, 0, 254])).toMatchObject({ success: true })
    seen.push(await revoked(), await inference.generation(alice.address))
    expect(await inference.revokeAllTokens(alice.address)).toMatchObject({ success: true })
    seen.push(await revoked(), await inference.generation(alice.address))
    expect(seen).toEqual([
      [false, false, false, false],
      0,
      [false, true, false, false],
      [true, true, false, true],
      0,
      [false, false, false, false],
      1,
    ])
    expect(sent()).toEqual(['revokeToken mined', 'revokeTokens mined', 'revokeAllTokens mined'])
  })

  test('of the contract are those that the broker tells of', async () => {
    const isRevoked = (id: number) =>
      chain.contracts.inference.getFunction('isTokenRevoked')(user.address, alice.address, id) as Promise<boolean>
    await broker.inference.revokeToken(alice.address, 254)
    expect([await isRevoked(254), await isRevoked(253)]).toEqual([true, false])
  })

  test('have ids from 0 to 254: another is refused before anything is sent', async () => {
    const { inference } = broker
    for (const id of [-1, 255, 1.5, NaN, '1', 1n, undefined] as never[])
      for (const attempt of [
        inference.revokeToken(alice.address, id),
        inference.revokeTokens(alice.address, [0, id]),
        inference.tokenRevoked(alice.address, id),
      ])
        await expect(attempt).rejects.toThrow('The id of an API token is a whole number from 0 to 254.')
    for (const ids of [[], 5, undefined] as never[])
      await expect(inference.revokeTokens(alice.address, ids)).rejects.toThrow('tokenIds is a list of ids')
    await expect(inference.revokeAllTokens('alice')).rejects.toThrow('This is not an address.')
    expect(sent()).toEqual([])
  })

  test('need a sub-account', async () => {
    const { inference } = broker
    for (const attempt of [
      inference.revokeToken(bob.address, 1),
      inference.revokeTokens(bob.address, [1]),
      inference.revokeAllTokens(bob.address),
      inference.tokenRevoked(bob.address, 1),
      inference.generation(bob.address),
    ])
      await expect(attempt).rejects.toMatchObject({
        name: 'AccountNotExistsError',
        errorArgs: { user: user.address, provider: bob.address },
      })
    expect(sent()).toEqual([])
  })

  test('of the new generation are signed at once where auto-funding asks the provider for its fee', async () => {
    const rules = { provider: alice.address, generation: 0 }
    const fees = { [user.address]: 1n }
    await using server = await startProviderServer(tellsFees(fees, rules))
    const offer = ['chatbot', server.url, 'local-model', 'TeeML', 1n, 1n, '{}', alice.address]
    const signer = await chain.provider.getSigner(alice.address)
    await transact(signer, [callOf(chain.contracts.inference, 'addOrUpdateService', [offer])])
    broker.inference.startAutoFunding(alice.address, { ...EXACT, intervalMs: 100 })
    const fee = () => broker.inference.autoFundingStatus(alice.address)[0]?.unsettledFee
    await until(() => fee() === 1n)
    await broker.inference.revokeAllTokens(alice.address)
    rules.generation = 1
    fees[user.address] = 2n
    await until(() => fee() === 2n)
    expect(broker.inference.autoFundingStatus(alice.address)).toMatchObject([{ feeError: null, unsettledFee: 2n }])
  })

  test('are not revoked by a broker without a signer, which tells of them', async () => {
    const { provider, network } = chain
    await using reader = await createBroker({ provider, address: user.address, network })
    await expect(reader.inference.revokeToken(alice.address, 1)).rejects.toMatchObject({ name: 'ReadOnlyError' })
    expect(await reader.inference.tokenRevoked(alice.address, 1)).toBe(false)
  })
})

describe('an acceptance is taken back', () => {
  test.for(['inference', 'fineTuning'] as const)('of a %s sub-account that holds nothing', async (name) => {
    const service = broker[name]
    const provider = name === 'inference' ? alice : tuner
    await expect(service.acknowledgeProviderSigner(provider.address, false)).rejects.toMatchObject({
      errorName: 'CannotRevokeWithNonZeroBalance',
      errorArgs: { user: user.address, provider: provider.address, balance: og('2') },
      facts: { balance: '2 OG', do: expect.stringContaining('retrieveFundFromProvider') as string },
    })
    await broker.ledger.retrieveFundFromProvider(provider.address, name === 'inference' ? 'inference' : 'fine-tuning')
    await expect(service.acknowledgeProviderSigner(provider.address, false)).rejects.toMatchObject({
      errorArgs: { balance: og('2') },
    })
    await chain.warp(3_600)
    await broker.ledger.claimRefunds()
    expect(await service.acknowledgeProviderSigner(provider.address, false)).toMatchObject({ success: true })
    expect(await service.acknowledged(provider.address)).toBe(false)
    expect(await service.acknowledgeProviderSigner(provider.address, false)).toBeNull()
    expect(sent()).toEqual(['retrieveFund mined', 'retrieveFund mined', 'acknowledgeTEESigner mined'])
    expect(await service.acknowledgeProviderSigner(provider.address)).toMatchObject({ success: true })
    expect(await service.acknowledged(provider.address)).toBe(true)
  })

  test('not where there is no sub-account: nothing is sent', async () => {
    expect(await broker.inference.acknowledgeProviderSigner(bob.address, false)).toBeNull()
    expect(sent()).toEqual([])
  })

  test('not while auto-funding is on: its next top-up would accept the signer again', async () => {
    await alice.settle(user.address, og('2'))
    broker.inference.startAutoFunding(alice.address, { ...EXACT, unsettledFee: false })
    broker.inference.pauseAutoFunding()
    await expect(broker.inference.acknowledgeProviderSigner(alice.address, false)).rejects.toMatchObject({
      name: 'InvalidInputError',
      facts: { do: 'call stopAutoFunding(provider) first' },
    })
    broker.inference.stopAutoFunding()
    expect(await broker.inference.acknowledgeProviderSigner(alice.address, false)).toMatchObject({ success: true })
    expect(await broker.inference.acknowledged(alice.address)).toBe(false)
  })

  test('by true or false alone', async () => {
    await expect(broker.inference.acknowledgeProviderSigner(alice.address, 'no' as never)).rejects.toThrow(
      'accepted is true or false.',
    )
  })
})

const sent = (): string[] =>
  broker.transactions().map((actor) => {
    const { value, context } = actor.getSnapshot()
    return `${context.operation} ${JSON.stringify(value).replaceAll('"', '')}`
  })

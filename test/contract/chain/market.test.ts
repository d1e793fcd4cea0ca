import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, type Broker } from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'

let chain: LocalChain
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 3, fineTuningProviders: 2, wallets: 1 })
  const [wallet] = chain.wallets
  broker = await createBroker({ provider: chain.provider, address: wallet?.address ?? '', network: chain.network })
})
afterAll(async () => {
  await broker.close()
  await chain[Symbol.asyncDispose]()
})

test('lists every inference service, page by page', async () => {
  const all = await broker.inference.services()
  const { updatedAt } = all.services[0] ?? { updatedAt: 0 }
  const { timestamp } = (await broker.position()).block
  expect(updatedAt).toBeGreaterThan(timestamp - 3_600)
  expect(all).toEqual({
    services: chain.inference.map(({ address }) => ({
      provider: address,
      model: 'local-model',
      kind: 'chatbot',
      url: '',
      inputPrice: 1n,
      outputPrice: 1n,
      verifiability: 'TeeML',
      accepted: true,
      updatedAt: expect.any(Number) as number,
    })),
    total: 3,
  })
  const pages = [
    await broker.inference.services({ limit: 2 }),
    await broker.inference.services({ offset: 2, limit: 2 }),
  ]
  expect(pages).toEqual([
    { services: all.services.slice(0, 2), total: 3 },
    { services: all.services.slice(2), total: 3 },
  ])
  expect(await broker.inference.services({ offset: 3 })).toEqual({ services: [], total: 3 })
  expect(await broker.inference.services({ offset: 300, limit: 1 })).toEqual({ services: [], total: 3 })
})

test('lists every fine-tuning service, page by page', async () => {
  const services = chain.fineTuning.map(({ address }) => ({
    provider: address,
    models: ['local-model'],
    url: '',
    quota: { cpuCount: 1, nodeMemory: 1, gpuCount: 1, nodeStorage: 1, gpuType: 'local' },
    pricePerToken: 1n,
    occupied: false,
    accepted: true,
  }))
  expect(await broker.fineTuning.services()).toEqual({ services, total: 2 })
  expect(await broker.fineTuning.services({ offset: 1, limit: 1 })).toEqual({ services: services.slice(1), total: 2 })
})

test('a provider that changes its model is not accepted any more, and its texts come on one line', async () => {
  const [, provider] = chain.inference
  const signer = await chain.provider.getSigner(provider?.address)
  const offer = [
    'chatbot',
    'https://x.example/\u001B[2J',
    'a\nb\u202E',
    'TeeML',
    9n,
    2n ** 255n,
    '{}',
    provider?.address,
  ]
  await transact(signer, [callOf(chain.contracts.inference, 'addOrUpdateService', [offer])])
  const { services } = await broker.inference.services({ offset: 1, limit: 1 })
  expect(services).toMatchObject([
    {
      provider: provider?.address,
      url: 'https://x.example/ [2J',
      model: 'a b',
      inputPrice: 9n,
      outputPrice: 2n ** 255n,
      accepted: false,
    },
  ])
})

test('refuses a page that no list has, and ends with its signal', async () => {
  for (const options of [{ limit: 0 }, { limit: 51 }, { offset: -1 }, { offset: 0.5 }, { page: 1 }])
    await expect(broker.inference.services(options as never)).rejects.toMatchObject({ name: 'InvalidInputError' })
  const signal = AbortSignal.abort()
  await expect(broker.fineTuning.services({ signal })).rejects.toMatchObject({ name: 'AbortedError' })
})

test('a network without fine-tuning has no market of it', async () => {
  const { fineTuning: _, ...network } = chain.network
  await using other = await createBroker({ provider: chain.provider, address: broker.wallet, network })
  await expect(other.fineTuning.services()).rejects.toMatchObject({ errorName: 'ServiceNotFound' })
})

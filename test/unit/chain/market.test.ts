import { expect, test } from 'vitest'
import { fineTuningServicesAbi, inferenceServicesAbi } from '../../../src/chain/services-abi.ts'
import type { Batch, Outcome } from '../../../src/chain/batch.ts'
import { createMarket } from '../../../src/chain/market.ts'

const addresses = {
  ledger: `0x${'11'.repeat(20)}`,
  inference: `0x${'22'.repeat(20)}`,
  fineTuning: `0x${'33'.repeat(20)}`,
}
const PAGED = 'getAllServices(uint256,uint256)'
const WHOLE = 'getAllServices()'
const FIRST = { offset: 0, limit: 50 }

const providers = [1, 2, 3].map((number) => `0x${String(number).repeat(40)}`)
const inferenceOf = (provider: string, { url = 'https://a.example', model = 'm' } = {}) => [
  provider,
  'chatbot',
  url,
  3n,
  5n,
  1_700_000_000n,
  model,
  'TeeML',
  '{}',
  provider,
  true,
]
const fineTuningOf = (provider: string) => [
  provider,
  'https://b.example',
  [8n, 64n, 1n, 500n, 'H100'],
  7n,
  true,
  ['base', 'large\u0007'],
  provider,
  false,
]

/** Contracts that have one form of the list. The answer may be replaced by hex. */
function contracts(form: typeof PAGED | typeof WHOLE, answers: { inference?: string; fineTuning?: string } = {}) {
  const asked: string[] = []
  const batch: Batch = (calls) =>
    Promise.resolve(
      calls.map(({ to, data }): Outcome => {
        const abi = to === addresses.inference ? inferenceServicesAbi : fineTuningServicesAbi
        const { signature, args } = abi.parseTransaction({ data }) ?? { signature: '', args: [] }
        asked.push(signature)
        if (signature !== form) return { reverted: true, data: '0x' }
        const replaced = to === addresses.inference ? answers.inference : answers.fineTuning
        if (replaced !== undefined) return { reverted: replaced.startsWith('0x062ba4db'), data: replaced }
        const all = providers.map((one) => (to === addresses.inference ? inferenceOf(one) : fineTuningOf(one)))
        const [offset = 0n, limit = 50n] = args as unknown as [bigint?, bigint?]
        const page = all.slice(Number(offset), Number(offset + limit))
        return { reverted: false, data: abi.encodeFunctionResult(form, form === PAGED ? [page, 3n] : [all]) }
      }),
    )
  return { market: createMarket(batch, addresses), asked }
}

test.each([PAGED, WHOLE] as const)('lists a page of a contract that has %s', async (form) => {
  const { market } = contracts(form)
  const page = { offset: 1, limit: 1 }
  expect(await market.inference(page)).toEqual({
    services: [
      {
        provider: providers[1],
        model: 'm',
        kind: 'chatbot',
        url: 'https://a.example',
        inputPrice: 3n,
        outputPrice: 5n,
        verifiability: 'TeeML',
        accepted: true,
        updatedAt: 1_700_000_000,
      },
    ],
    total: 3,
  })
  expect(await market.fineTuning(page)).toEqual({
    services: [
      {
        provider: providers[1],
        models: ['base', 'large'],
        url: 'https://b.example',
        quota: { cpuCount: 8, nodeMemory: 64, gpuCount: 1, nodeStorage: 500, gpuType: 'H100' },
        pricePerToken: 7n,
        occupied: true,
        accepted: false,
      },
    ],
    total: 3,
  })
  expect(await market.inference({ offset: 3, limit: 50 })).toEqual({ services: [], total: 3 })
})

test("asks first for the form that today's contract has", async () => {
  const today = contracts(PAGED)
  await today.market.inference(FIRST)
  expect(today.asked).toEqual([PAGED])
  const fineTuning = contracts(WHOLE)
  await fineTuning.market.fineTuning(FIRST)
  expect(fineTuning.asked).toEqual([WHOLE])
})

test('what a provider says is on one line, and what is not text is marked', async () => {
  const [first = '', second = ''] = providers
  const bell = inferenceOf(first, { url: 'https://a.example/\u001B[2J\nx', model: 'm\u202Eevil\u0000\r\n\tend ' })
  const encoded = inferenceServicesAbi.encodeFunctionResult(PAGED, [[bell, inferenceOf(second, { model: 'ABCD' })], 2n])
  // Bytes that are not UTF-8, in the place of "ABCD".
  const inference = encoded.replace('41424344', 'ff00fffe')
  const { services } = await contracts(PAGED, { inference }).market.inference(FIRST)
  expect(services.map(({ url, model }) => [url, model])).toEqual([
    ['https://a.example/ [2J x', 'mevil end'],
    ['https://a.example', '\ufffd'],
  ])
})

test('a contract without any list is named, and an answer that is none is no list', async () => {
  const nothing = createMarket(() => Promise.resolve([{ reverted: true, data: '0x' }]), addresses)
  await expect(nothing.inference(FIRST)).rejects.toMatchObject({
    name: 'CapabilityMissingError',
    capability: 'getAllServices',
    facts: { service: addresses.inference },
  })
  await expect(contracts(PAGED, { inference: '0x1234' }).market.inference(FIRST)).rejects.toMatchObject({
    name: 'ReadError',
  })
  const tooLarge = `0x062ba4db${51n.toString(16).padStart(64, '0')}${50n.toString(16).padStart(64, '0')}`
  await expect(contracts(PAGED, { inference: tooLarge }).market.inference(FIRST)).rejects.toMatchObject({
    errorName: 'LimitTooLarge',
    errorArgs: { limit: 51n, max: 50n },
  })
})

test('a network without fine-tuning has no market of it', async () => {
  const { inference, ledger } = addresses
  const market = createMarket(() => Promise.resolve([]), { inference, ledger })
  await expect(market.fineTuning(FIRST)).rejects.toMatchObject({ errorName: 'ServiceNotFound' })
  await expect(market.inference(FIRST)).rejects.toMatchObject({ name: 'ReadError' })
})

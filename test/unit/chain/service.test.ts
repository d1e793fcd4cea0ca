import { expect, test, vi } from 'vitest'
import { errorsAbi } from '../../../src/chain/errors-abi.ts'
import { inferenceServicesAbi } from '../../../src/chain/services-abi.ts'
import type { Batch, Outcome } from '../../../src/chain/batch.ts'
import { readService } from '../../../src/chain/service.ts'

const provider = `0x${'44'.repeat(20)}`
const addresses = { inference: `0x${'22'.repeat(20)}`, wallet: `0x${'55'.repeat(20)}`, provider }
const NO_ACCOUNT: Outcome = {
  reverted: true,
  data: errorsAbi.encodeErrorResult('AccountNotExists', [addresses.wallet, provider]),
}

/** The service as a contract answers it, in hex that a test may bend. */
const offer = (bend: (hex: string) => string = (hex) => hex) =>
  bend(
    inferenceServicesAbi.encodeFunctionResult('getService', [
      [provider, 'KIND', 'URLS', 3n, 5n, 1_700_000_000n, 'NAME', 'TeeML', '{}', provider, true],
    ]),
  )

/** Puts bytes that are not UTF-8 in the place of a text of four characters. */
const spoilt = (text: string) => (hex: string) => hex.replace(Buffer.from(text).toString('hex'), 'ff80ff80')

function read(data: string) {
  const batch: Batch = () => Promise.resolve([{ reverted: false, data }, NO_ACCOUNT])
  return readService(batch, addresses)
}

const service = {
  registered: true,
  url: 'URLS',
  model: 'NAME',
  prices: { kind: 'KIND', inputPrice: 3n, outputPrice: 5n },
  accepted: true,
  acknowledged: false,
  generation: null,
  fineTuning: null,
}

test('a service has its kind and its prices', async () => {
  expect(await read(offer())).toEqual(service)
})

test.for<[text: string, shown: object]>([
  ['KIND', { prices: null }],
  ['URLS', { url: null }],
  ['NAME', { model: null }],
])('%s that is no text is unknown, and the rest is read', async ([text, shown]) => {
  expect(await read(offer(spoilt(text)))).toEqual({ ...service, ...shown })
})

test('the same answer is decoded once, whichever wallet reads it, and another one anew', async () => {
  const decode = vi.spyOn(inferenceServicesAbi, 'decodeFunctionResult')
  const data = offer((hex) => hex.replace(Buffer.from('NAME').toString('hex'), Buffer.from('ONCE').toString('hex')))
  const answers = [await read(data), await read(Buffer.from(data).toString()), await read(offer())]
  expect(answers).toEqual([{ ...service, model: 'ONCE' }, { ...service, model: 'ONCE' }, service])
  expect(decode.mock.calls.filter(([, answer]) => answer === data)).toHaveLength(1)
  decode.mockRestore()
})

test('the answer of an older contract leaves the prices unknown', async () => {
  expect(await read('0x01')).toEqual({ ...service, url: null, model: null, prices: null, accepted: null })
})

import fc from 'fast-check'
import { AbiCoder, getAddress, hexlify } from 'ethers'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { multicallAbi } from '../../../src/chain/abi.ts'
import type { ViewCall } from '../../../src/chain/batch.ts'
import { createCombinedBatch } from '../../../src/chain/combined-batch.ts'
import { encodeAggregate } from '../../../src/chain/encode-aggregate.ts'

const MULTICALL = getAddress(`0x${'ca'.repeat(20)}`)
const TARGET = getAddress(`0x${'11'.repeat(20)}`)
const call = (data: string): ViewCall => ({ to: TARGET, data })

type Request = { calls: string[]; blockTag: number | 'latest' }

/** A node with Multicall3, where `reply` answers each call of an aggregate; null reverts without data. */
function nodeWith(
  reply: (data: string, count: number) => string | null,
  refuses: (count: number) => Error | null = () => null,
) {
  const requests: Request[] = []
  const batch = createCombinedBatch({
    multicall: MULTICALL,
    clock: systemClock,
    rpc: {
      async call({ data }, blockTag) {
        const [calls] = multicallAbi.decodeFunctionData('aggregate3', data) as unknown as [[string, boolean, string][]]
        requests.push({ calls: [...calls].map(([, , one]) => one), blockTag })
        const refusal = refuses(calls.length)
        if (refusal) throw refusal
        const results = [...calls]
          .map(([, , one]) => reply(one, calls.length))
          .map((one) => [one !== null, one ?? '0x'])
        return AbiCoder.defaultAbiCoder().encode(['tuple(bool,bytes)[]'], [results])
      },
    },
  })
  return { batch, requests }
}

const echo = (data: string): string => data
const bytes = fc.uint8Array({ maxLength: 100 }).map((value) => hexlify(value))
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((value) => getAddress(hexlify(value)))

test('an aggregate is encoded as ethers encodes it', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ to: address, data: bytes }), { maxLength: 20 }), (calls) => {
      const expected = multicallAbi.encodeFunctionData('aggregate3', [calls.map(({ to, data }) => [to, true, data])])
      expect(encodeAggregate(calls)).toBe(expected)
    }),
  )
})

test('readers that ask at the same time share a request, and equal calls are made once', async () => {
  const { batch, requests } = nodeWith(echo)
  const answers = await Promise.all([
    batch([call('0xaa'), call('0x01')], 'latest'),
    batch([call('0xaa'), call('0x02')], 'latest'),
    batch([call('0xaa')], 7),
  ])
  expect(answers.map((outcomes) => outcomes.map(({ data }) => data))).toEqual([
    ['0xaa', '0x01'],
    ['0xaa', '0x02'],
    ['0xaa'],
  ])
  expect(requests).toEqual([
    { calls: ['0xaa', '0x01', '0x02'], blockTag: 'latest' },
    { calls: ['0xaa'], blockTag: 7 },
  ])
})

test('a node that refuses the size gets half, from then on, and the calls of a reader stay together', async () => {
  const { batch, requests } = nodeWith(echo, (count) =>
    count > 4 ? new Error('response size exceeded the limit') : null,
  )
  const readers = Array.from({ length: 6 }, (_, at) => [call(`0x0${at}`), call(`0x1${at}`)])
  const read = () => Promise.all(readers.map((calls) => batch(calls, 'latest')))
  const first = await read()
  expect(first.map((outcomes) => outcomes.map(({ data }) => data))).toEqual(
    readers.map((calls) => calls.map(({ data }) => data)),
  )
  requests.length = 0
  await read()
  expect(requests.every(({ calls }) => calls.length <= 4)).toBe(true)
  for (const [own, other] of readers)
    expect(
      requests.filter(({ calls }) => calls.includes(own?.data ?? '') && calls.includes(other?.data ?? '')),
    ).toHaveLength(1)
})

test('a node that fails is asked once, and every reader gets its error', async () => {
  const { batch, requests } = nodeWith(echo, () => new Error('429 Too Many Requests'))
  const outcomes = await Promise.allSettled([batch([call('0x01')], 'latest'), batch([call('0x02')], 'latest')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(requests).toHaveLength(1)
})

test('a call that the common gas did not reach is made again, and no reader takes it for a revert', async () => {
  const { batch } = nodeWith((data, count) => (data === '0x02' && count > 2 ? null : data))
  const [, outcomes] = await Promise.all([
    batch([call('0x01'), call('0x03')], 'latest'),
    batch([call('0x02')], 'latest'),
  ])
  expect(outcomes).toEqual([{ reverted: false, data: '0x02' }])
})

test('a call that reverts without data even alone is made once a reading from then on', async () => {
  const { batch, requests } = nodeWith((data) => (data === '0x02' ? null : data))
  const read = () => Promise.all([batch([call('0x01')], 'latest'), batch([call('0x02')], 'latest')])
  await read()
  requests.length = 0
  expect((await read())[1]).toEqual([{ reverted: true, data: '0x' }])
  expect(requests).toHaveLength(1)
})

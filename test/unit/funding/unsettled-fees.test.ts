import { expect, test, vi } from 'vitest'
import { Lazy } from '../../../src/base/lazy.ts'
import { silent } from '../../../src/base/logger.ts'
import type { AutoFundingPolicy } from '../../../src/funding/config/auto-funding-policy.ts'
import { createUnsettledFee } from '../../../src/funding/unsettled-fees.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const id = { provider: '0xp', serviceType: 'inference' } as const
const unknown = { fee: 0n, readAt: null, error: null }

/** An account whose fee is told by this source, or by a provider that answers as the test says. */
function setup(source: AutoFundingPolicy['unsettledFee'], serviceType: 'inference' | 'fine-tuning' = 'inference') {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const providerFees = { canAsk: vi.fn(() => true), ask: vi.fn(() => Promise.resolve(7n)) }
  const warn = vi.fn<(details: object, message: string) => void>()
  const options = { providerFees: new Lazy(() => providerFees), clock: time.clock, logger: { ...silent, warn } }
  return {
    fee: createUnsettledFee({ ...id, serviceType }, source, options),
    providerFees,
    warnings: () => warn.mock.calls.map(([, message]) => message),
    passTo: time.passTo,
    settled: time.settled,
  }
}

test('the provider is asked anew at each reading, and its answer has the block time of that reading', async () => {
  const { fee, providerFees } = setup('provider')
  expect(fee.known()).toEqual(unknown)
  await fee.refresh(100)
  expect(fee.known()).toEqual({ fee: 7n, readAt: 100, error: null })
  providerFees.ask.mockResolvedValueOnce(8n)
  await fee.refresh(130)
  expect(fee.known()).toEqual({ fee: 8n, readAt: 130, error: null })
  expect(providerFees.ask.mock.calls).toEqual([['0xp'], ['0xp']])
})

test('a failure leaves the last fee and its age, and its error stays until an answer comes', async () => {
  const { fee, providerFees, warnings } = setup('provider')
  await fee.refresh(100)
  providerFees.ask.mockRejectedValueOnce(new Error('down')).mockRejectedValueOnce(new Error('down'))
  await fee.refresh(130)
  await fee.refresh(160)
  expect(fee.known()).toEqual({ fee: 7n, readAt: 100, error: 'down' })
  expect(warnings()).toEqual(['unsettled fee unknown; its last value stands'])
  await fee.refresh(190)
  expect(fee.known()).toEqual({ fee: 7n, readAt: 190, error: null })
  providerFees.ask.mockRejectedValueOnce(new Error('down'))
  await fee.refresh(220)
  expect(warnings()).toHaveLength(2)
})

test('a provider without anything to ask, as after its account is gone, has no fee', async () => {
  const { fee, providerFees } = setup('provider')
  await fee.refresh(100)
  providerFees.canAsk.mockReturnValue(false)
  await fee.refresh(130)
  expect(fee.known()).toEqual(unknown)
  expect(providerFees.ask).toHaveBeenCalledOnce()
})

test.each([
  ['no source', null, 'inference'],
  ['fine-tuning, whose fees are not told', 'provider', 'fine-tuning'],
] as const)('with %s no provider is asked', async (_, source, serviceType) => {
  const { fee, providerFees } = setup(source, serviceType)
  await fee.refresh(100)
  expect(fee.known()).toEqual(unknown)
  expect(providerFees.ask).not.toHaveBeenCalled()
})

test.each([
  ['a number', 5],
  ['less than nothing', -1n],
  ['nothing', undefined],
])('a function that returns %s leaves the fee unknown', async (_, value) => {
  const { fee } = setup(() => value as bigint)
  await fee.refresh(100)
  expect(fee.known()).toEqual({ ...unknown, error: 'unsettledFee gave something else than wei.' })
})

test('a slow function delays a reading half a second, is not called twice at once, and counts when it answers', async () => {
  let answer: (fee: bigint) => void = () => undefined
  const source = vi.fn(() => new Promise<bigint>((resolve) => (answer = resolve)))
  const { fee, passTo, settled } = setup(source)
  const returned = vi.fn()
  void fee.refresh(100)?.then(returned)
  await passTo(499)
  expect(returned).not.toHaveBeenCalled()
  await passTo(500)
  expect(returned).toHaveBeenCalledOnce()
  void fee.refresh(130)
  answer(3n)
  await settled()
  expect(source).toHaveBeenCalledOnce()
  expect(fee.known()).toEqual({ fee: 3n, readAt: 100, error: null })
})

test('a function that never answers fails after eight seconds, and the next reading calls it again', async () => {
  const source = vi.fn(() => new Promise<bigint>(() => undefined))
  const { fee, passTo } = setup(source)
  void fee.refresh(100)
  await passTo(7_999)
  expect(fee.known()).toEqual(unknown)
  await passTo(8_000)
  expect(fee.known()).toEqual({ ...unknown, error: 'no answer within 8000 ms' })
  void fee.refresh(130)
  await passTo(8_001)
  expect(source).toHaveBeenCalledTimes(2)
})

import { expect, test, vi } from 'vitest'
import type { ProviderService } from '../../../src/chain/service.ts'
import type { SubAccountId } from '../../../src/base/sub-account-key.ts'
import { silent } from '../../../src/base/logger.ts'
import { createServiceCache } from '../../../src/provider/service-cache.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const offered: ProviderService = {
  registered: true,
  url: '',
  model: '',
  prices: null,
  accepted: true,
  acknowledged: true,
  generation: 0,
  fineTuning: { registered: false, accepted: null },
}
/** Sub-accounts with these providers. */
const [p, q] = ['0xp', '0xq'].map((provider) => ({ provider, serviceType: 'inference' as const })) as [
  SubAccountId,
  SubAccountId,
]
const nothing: ProviderService = { ...offered, registered: false, url: null, model: null, accepted: null }

/** Providers whose services the node answers: '0xp' when a test says so, all others at once. */
function setup() {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const waiting: { resolve(service: ProviderService): void; reject(error: Error): void }[] = []
  const readService = vi.fn((provider: string) =>
    provider === '0xp'
      ? new Promise<ProviderService>((resolve, reject) => waiting.push({ resolve, reject }))
      : Promise.resolve(offered),
  )
  const onLate = vi.fn()
  const services = createServiceCache({ readService, onLate, clock: time.clock, logger: silent })
  return {
    services,
    onLate,
    passTo: time.passTo,
    async answer(service: ProviderService | Error) {
      const one = waiting.shift()
      if (service instanceof Error) one?.reject(service)
      else one?.resolve(service)
      await time.settled()
    },
    queries: () => readService.mock.calls.filter(([provider]) => provider === '0xp').length,
    /** How often the node was asked by then, with a reading every second. */
    async askedBy(second: number) {
      for (let at = 0; at <= second; at += 1) {
        await time.passTo(at * 1_000)
        void services.refresh([p])
        await time.settled()
      }
      return readService.mock.calls.length
    },
  }
}

test('callers that ask while a service is being read share the answer, so an older one cannot come last', async () => {
  const { services, queries, answer } = setup()
  const looked = services.refresh([p])
  const answers = [services.of('0xp'), services.of('0xp')]
  await answer(nothing)
  expect(await Promise.all(answers)).toEqual([nothing, nothing])
  await looked
  expect([queries(), services.isRegistered(p)]).toEqual([1, false])
})

test('a reading waits half a second for a service that the node does not answer, and knows the others by then', async () => {
  const { services, onLate, passTo, answer } = setup()
  const looked = vi.fn()
  void services.refresh([p, q])?.then(looked)
  await passTo(499)
  expect(looked).not.toHaveBeenCalled()
  await passTo(500)
  expect(looked).toHaveBeenCalledOnce()
  expect([services.isRegistered(p), services.isRegistered(q)]).toEqual([null, true])
  expect(onLate).not.toHaveBeenCalled()
  await answer(offered)
  expect(services.isRegistered(p)).toBe(true)
  expect(onLate).toHaveBeenCalledOnce()
})

test('a service whose read failed keeps its last answer, and is read again with the next reading', async () => {
  const { services, queries, answer, onLate, passTo } = setup()
  void services.refresh([p])
  await answer(new Error('no'))
  expect(services.isRegistered(p)).toBeNull()
  void services.refresh([p])
  await answer(offered)
  await passTo(600_000)
  void services.refresh([p])
  await answer(new Error('no'))
  expect([queries(), services.isRegistered(p)]).toEqual([3, true])
  expect(onLate).not.toHaveBeenCalled()
})

test.each([
  ['a service and an acknowledged account', 600, offered],
  ['no service, though there is an account', 30, nothing],
  ['no acknowledgement', 30, { ...offered, acknowledged: false }],
  ['a signer that the owner does not accept', 30, { ...offered, accepted: false }],
  ['no word on the signer', 600, { ...offered, accepted: null }],
  ['no account', 30, { ...offered, generation: null }],
])('an answer that shows %s is good for %i s', async (_, seconds, service) => {
  const { services, answer, askedBy } = setup()
  void services.refresh([p])
  await answer(service)
  expect(await askedBy(seconds - 1)).toBe(1)
  expect(await askedBy(seconds)).toBe(2)
})

test('an answer that the wallet itself made old is asked for again at once', async () => {
  const { services, queries, answer } = setup()
  void services.refresh([p])
  await answer(offered)
  services.expire('0xp')
  expect(services.known('0xp')).toBeNull()
  expect(services.isRegistered(p)).toBe(true)
  void services.refresh([p])
  await answer({ ...offered, generation: 1 })
  expect([queries(), services.known('0xp')]).toEqual([2, { ...offered, generation: 1 }])
})

import { expect, test, vi } from 'vitest'
import type { Broker } from '../../../src/index.ts'
import { createServices } from '../../../src/visualizer/services.ts'

const offered = { model: 'm', url: 'https://example.com' }

test.each([
  ['was missing', () => Promise.resolve(null)],
  ['could not be read', () => Promise.reject(new Error('no'))],
])('a service that %s is read again a minute later, and no more once it is known', async (_, first) => {
  const inferenceService = vi
    .fn<Broker['inferenceService']>(() => Promise.resolve(offered))
    .mockImplementationOnce(first)
  const services = createServices({ inferenceService })
  const account = { provider: '0xp', serviceType: 'inference' } as const
  const calls = []
  for (const now of [0, 59, 60, 61, 3_600]) {
    services.request([account], now)
    await Promise.resolve()
    await Promise.resolve()
    calls.push([now, inferenceService.mock.calls.length, services.of(account)])
  }
  expect(calls).toEqual([
    [0, 1, null],
    [59, 1, null],
    [60, 2, offered],
    [61, 2, offered],
    [3_600, 2, offered],
  ])
})

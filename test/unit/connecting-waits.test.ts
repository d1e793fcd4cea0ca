import { JsonRpcProvider, VoidSigner } from 'ethers'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'

/** A key service that never tells which address its key has. */
class SilentSigner extends VoidSigner {
  override getAddress(): Promise<string> {
    return new Promise(() => undefined)
  }
}

const options = {
  signer: new SilentSigner(`0x${'11'.repeat(20)}`, new JsonRpcProvider('http://127.0.0.1:1')),
  network: 'testnet',
  journal: memoryJournal(),
} as const

// Loading it takes real time.
beforeAll(async () => void (await import('../../src/broker.ts')))
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('createBroker waits for the address of a signer as long as signerTimeoutMs says, two minutes by default', async () => {
  const quick = createBroker({ ...options, signerTimeoutMs: 5_000 }).catch((error: unknown) => error)
  const usual = createBroker(options).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(5_000)
  const refusal = { name: 'SigningError', facts: { operation: 'getAddress', reason: 'no answer within 5000 ms' } }
  expect(await Promise.race([quick, Promise.resolve('waits')])).toMatchObject(refusal)
  await vi.advanceTimersByTimeAsync(110_000)
  expect(await Promise.race([usual, Promise.resolve('waits')])).toBe('waits')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await Promise.race([usual, Promise.resolve('waits')])).toMatchObject({ name: 'SigningError' })
})

test('a signal ends createBroker also while the signer is silent', async () => {
  const abort = new AbortController()
  const opening = createBroker({ ...options, signal: abort.signal }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  abort.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(await Promise.race([opening, Promise.resolve('waits')])).toMatchObject({ name: 'AbortedError' })
})

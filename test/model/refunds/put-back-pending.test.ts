import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { GasEstimateError, InDoubtError, PutBackPendingError, ReadError, type Broker } from '../../../src/index.ts'
import { EXACT } from '../../support/exact.ts'
import { awaySigner, claimable, isPutBack, type Port } from '../../support/claimable.ts'

/** Calls about one sub-account, each of which needs its lock. */
const calls: Record<string, (broker: Broker, provider: string) => Promise<unknown>> = {
  transferFund: ({ ledger }, provider) => ledger.transferFund(provider, 'inference', '1'),
  retrieveFundFromProvider: ({ ledger }, provider) => ledger.retrieveFundFromProvider(provider, 'inference'),
  retrieveFund: ({ ledger }) => ledger.retrieveFund('inference'),
  'claimRefunds of one': ({ ledger }, provider) => ledger.claimRefunds(provider, 'inference'),
  'claimRefunds of all': ({ ledger }) => ledger.claimRefunds(),
  ensureFunded: ({ inference }, provider) => inference.ensureFunded(provider, '3', { timeoutMs: 3_600_000 }),
  acknowledgeProviderSigner: ({ inference }, provider) => inference.acknowledgeProviderSigner(provider),
  'acknowledgeProviderSigner(false)': ({ inference }, provider) => inference.acknowledgeProviderSigner(provider, false),
}

test('a put-back that cannot be sent refuses whatever waits for its sub-account, and goes on by itself', async () => {
  let isAway = false
  const { world, broker, provider } = await claimable(awaySigner(() => isAway))
  await using _ = world
  const funding = broker.inference.startAutoFunding(provider, EXACT)
  isAway = true
  const claimed = broker.ledger.claimRefunds()
  await world.advance(1)
  const waiting = refusalsOf(broker, provider, ['transferFund', 'claimRefunds of one', 'ensureFunded'])
  await world.advance(20)
  const late = refusalsOf(broker, provider, Object.keys(calls))
  const refusal = {
    name: 'PutBackPendingError',
    provider,
    serviceType: 'inference',
    amount: og('2'),
    retryable: true,
    facts: {
      provider,
      service: 'inference',
      amount: '2 OG',
      since: expect.stringMatching(/^2026-01-01T01:01:\d\d\.000Z$/) as string,
      attempts: expect.stringMatching(/^\d$/) as string,
      reason: 'The signer did not sign. no answer',
      do: expect.stringContaining('force: true') as string,
    },
  }
  expect(await world.until(waiting)).toMatchObject([refusal, refusal, refusal])
  expect(await world.until(late)).toMatchObject(Object.keys(calls).map(() => refusal))
  await world.advance(30)
  expect(funding.getSnapshot().context.reason).toBe('put-back-pending')
  isAway = false
  expect(await world.until(claimed)).toMatchObject({ claimed: og('2'), putBack: og('2'), leftOut: [] })
  await world.advance(30)
  expect(funding.getSnapshot().context.reason).toBe('sufficient')
  await world.until(broker.ledger.transferFund(provider, 'inference', '1'))
  expect(world.position().subAccounts).toMatchObject([{ available: og('3'), pendingRefund: 0n }])
})

test.each<[string, (port: Port) => Partial<Port>, string]>([
  ['a node refuses', (port) => ({ estimateGas: refusing(port) }), 'intrinsic gas too low'],
  ['a signer hangs', (port) => ({ sign: hanging(port) }), 'no answer within 120000 ms'],
])('a caller is told what %s', async (_what, bend, words) => {
  let isTrouble = false
  const { world, broker, provider } = await claimable((port) => {
    const bent = bend(port)
    return {
      estimateGas: (...call) => (isTrouble ? (bent.estimateGas ?? port.estimateGas) : port.estimateGas)(...call),
      sign: (...call) => (isTrouble ? (bent.sign ?? port.sign) : port.sign)?.(...call) ?? never(),
    }
  })
  await using _ = world
  isTrouble = true
  broker.ledger.claimRefunds().catch(() => undefined)
  await world.advance(130)
  await expect(world.until(broker.ledger.transferFund(provider, 'inference', '1'))).rejects.toMatchObject({
    name: 'PutBackPendingError',
    facts: { reason: expect.stringContaining(words) as string },
  })
})

test('retrieveFund and claimRefunds of all leave out a sub-account whose put-back is pending', async () => {
  let isAway = false
  const { world, broker, provider, other } = await claimable(awaySigner(() => isAway))
  await using _ = world
  await world.until(broker.ledger.transferFund(other, 'inference', '2'))
  isAway = true
  broker.ledger.claimRefunds(provider, 'inference').catch(() => undefined)
  await world.advance(20)
  const leftOut = [{ provider, serviceType: 'inference', reason: expect.any(PutBackPendingError) as Error }]
  const retrieved = await world.until(broker.ledger.retrieveFund('inference'))
  expect(retrieved).toMatchObject({ receipts: [{ success: true }], leftOut })
  expect(world.position().subAccounts).toMatchObject([
    { provider, pendingRefund: og('2') },
    { provider: other, available: 0n, pendingRefund: og('2') },
  ])
  await world.advance(3_700)
  expect(await world.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: og('2'), leftOut })
})

test('claimRefunds of all keeps no other sub-account locked while it waits for one', async () => {
  let isAway = false
  const { world, broker, provider, other } = await claimable(awaySigner(() => isAway))
  await using _ = world
  await world.until(broker.ledger.transferFund(other, 'inference', '2'))
  await world.until(broker.ledger.retrieveFundFromProvider(other, 'inference'))
  await world.advance(3_700)
  isAway = true
  broker.ledger.claimRefunds(provider, 'inference').catch(() => undefined)
  // What its retrieve has locked is unlocked by now, so both would be claimed by one transaction.
  await world.advance(3_700)
  const { length } = broker.transactions()
  const all = world.until(broker.ledger.claimRefunds())
  expect(await all).toMatchObject({ claimed: og('2'), leftOut: [{ provider }] })
  expect(broker.transactions()).toHaveLength(length + 1)
})

test('the caller of a claim waits two minutes for its put-back, and a later call has the outcome', async () => {
  let isAway = false
  const { world, broker } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  const claimed = broker.ledger.claimRefunds()
  claimed.catch(() => undefined)
  await world.advance(100)
  expect(await isSettled(claimed)).toBe(false)
  await world.advance(60)
  await expect(claimed).rejects.toThrow(PutBackPendingError)
  isAway = false
  await world.advance(20)
  expect(await world.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: og('2'), putBack: og('2') })
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('the signal of a claim ends the wait for its put-back', async () => {
  let isAway = false
  const { world, broker } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  const abort = new AbortController()
  const claimed = broker.ledger.claimRefunds({ signal: abort.signal })
  claimed.catch(() => undefined)
  await world.advance(20)
  abort.abort()
  await expect(claimed).rejects.toThrow(PutBackPendingError)
  isAway = false
  await world.advance(20)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('a retrieve by force gives a pending put-back up, and everything stays asked back', async () => {
  let isAway = false
  const { world, broker, provider } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  const claimed = broker.ledger.claimRefunds()
  await world.advance(20)
  await expect(
    world.until(broker.ledger.retrieveFundFromProvider(provider, 'inference', { force: true })),
  ).rejects.toMatchObject({ name: 'NothingToRetrieveError', facts: { locked: '2 OG' } })
  expect(await world.until(claimed)).toMatchObject({ claimed: og('2'), putBack: 0n })
  isAway = false
  await world.advance(60)
  expect(world.position().subAccounts).toMatchObject([{ available: 0n, pendingRefund: og('2') }])
  await world.until(broker.ledger.transferFund(provider, 'inference', '1'))
  expect(world.position().subAccounts).toMatchObject([{ available: og('1'), pendingRefund: og('1') }])
})

test('a retrieve by force that cannot read gives no put-back up', async () => {
  let [isAway, isDown] = [false, false]
  const { world, broker, provider } = await claimable(
    awaySigner(() => isAway),
    undefined,
    (connected) => () =>
      isDown ? Promise.reject(new ReadError('The node does not answer.', {})) : connected.readPosition(),
  )
  await using _ = world
  isAway = true
  broker.ledger.claimRefunds().catch(() => undefined)
  await world.advance(20)
  isDown = true
  const forced = broker.ledger.retrieveFundFromProvider(provider, 'inference', { force: true })
  await expect(world.until(forced)).rejects.toThrow(ReadError)
  isAway = isDown = false
  await world.advance(20)
  expect(world.position().subAccounts).toMatchObject([{ available: og('2'), pendingRefund: 0n }])
})

test('closing needs no put-back: the ledger comes home though none can be sent', async () => {
  let isAway = false
  const { world, broker } = await claimable(awaySigner(() => isAway))
  await using _ = world
  isAway = true
  const claimed = broker.ledger.claimRefunds()
  await world.advance(20)
  await world.until(broker.ledger.closeLedger())
  expect([await claimed, world.position()]).toMatchObject([{ putBack: 0n }, { ledger: null, subAccounts: [] }])
})

test('what only a wallet knows refuses those that would wait for it, until it is resolved', async () => {
  let isSilent = false
  const { world, broker, provider } = await claimable((port) => ({
    sign: null,
    send: (call, how) => (isSilent ? never() : port.send(call, how)),
  }))
  await using _ = world
  isSilent = true
  const claimed = broker.ledger.claimRefunds().catch((error: unknown) => error)
  await world.advance(700)
  expect(await claimed).toMatchObject({ name: 'UnresolvedIntentError' })
  for (const name of ['transferFund', 'claimRefunds of one', 'claimRefunds of all', 'acknowledgeProviderSigner'])
    await expect(world.until(calls[name]?.(broker, provider) ?? never()), name).rejects.toThrow(InDoubtError)
  isSilent = false
  const { id } = broker.transactions().at(-1)?.getSnapshot().context ?? { id: '' }
  await world.until(broker.resolveIntent(id, 'not-sent'))
  expect(await world.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: og('2'), putBack: og('2') })
})

test('a withdrawal and a deposit end their wait once only a wallet knows what they wait for', async () => {
  let isSilent = false
  const { world, broker } = await claimable((port) => ({
    sign: null,
    send: (call, how) => (isSilent ? never() : port.send(call, how)),
  }))
  await using _ = world
  isSilent = true
  const asked = broker.ledger.depositFund('1').catch((error: unknown) => error)
  await world.advance(5)
  const abort = new AbortController()
  const waiting = [
    broker.ledger.refund('1'),
    broker.ledger.deleteLedger(),
    broker.ledger.ensureFunded('50'),
    broker.ledger.refund('1', { signal: abort.signal }),
  ].map((call) => call.catch((error: unknown) => error))
  await world.advance(5)
  abort.abort()
  await world.advance(5)
  expect(await waiting[3]).toMatchObject({ name: 'AbortedError' })
  await world.advance(700)
  expect(await asked).toMatchObject({ name: 'UnresolvedIntentError' })
  expect(await world.until(Promise.all(waiting.slice(0, 3)))).toMatchObject([
    { name: 'InDoubtError', facts: { operation: 'refund' } },
    { name: 'InDoubtError', facts: { operation: 'deleteLedger' } },
    { name: 'InDoubtError', facts: { operation: 'ensureFunded' } },
  ])
})

/** What each call is refused with; its outcome where it is not. */
function refusalsOf(broker: Broker, provider: string, names: readonly string[]): Promise<unknown[]> {
  return Promise.all(names.map((name) => calls[name]?.(broker, provider).catch((error: unknown) => error)))
}

function refusing(port: Port): Port['estimateGas'] {
  return (call) =>
    isPutBack(call)
      ? Promise.reject(new GasEstimateError({ operation: 'transferFund', reason: 'intrinsic gas too low' }))
      : port.estimateGas(call)
}

function hanging(port: Port): NonNullable<Port['sign']> {
  return (call, how) => (isPutBack(call) ? never() : (port.sign?.(call, how) ?? never()))
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

function isSettled(work: Promise<unknown>): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])
}

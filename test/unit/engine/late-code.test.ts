import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBroker } from '../../../src/broker.ts'
import { rooms } from '../../../src/engine/rooms.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { lateRooms, stubPage, type LateRooms } from '../../support/late-rooms.ts'

const OG = 10n ** 18n
let page: LateRooms

beforeEach(() => {
  page = lateRooms(rooms)
  stubPage()
})
afterEach(() => {
  page.restore()
  vi.unstubAllGlobals()
})

/** A wallet with 20 OG in its ledger and 5 with a provider, 2 of them claimable. */
async function wallet() {
  const sim = await createSimulatedBroker({ providers: 2 })
  const { ledger } = sim.broker
  await sim.until(ledger.addLedger('20'))
  await sim.until(ledger.transferFund(sim.provider.address, 'inference', '5'))
  return sim
}

test('after its opening no call of a broker with a signer waits for code', async () => {
  const sim = await createSimulatedBroker({ providers: 1 })
  const { broker, provider } = sim
  page.files.come = 'never'
  await sim.until(broker.ledger.addLedger('20'))
  await sim.until(broker.ledger.ensureFunded('16'))
  await sim.until(broker.ledger.transferFund(provider.address, 'inference', '5'))
  expect(await sim.until(broker.inference.ensureFunded(provider.address, '2'))).toBeNull()
  expect(await sim.until(broker.inference.generation(provider.address))).toBe(0)
  await sim.until(broker.ledger.retrieveFund('inference'))
  await sim.advance('25h')
  await sim.until(broker.ledger.claimRefunds())
  expect(await broker.ledger.closingPlan()).toMatchObject({ home: 20n * OG, stuck: 0n })
  await sim.until(broker.ledger.closeLedger())
  expect(await broker.position()).toMatchObject({ ledger: null })
  await sim[Symbol.asyncDispose]()
})

test('bad input, an aborted signal and a closed broker are told as such, whether or not files can be loaded', async () => {
  const sim = await createSimulatedBroker({ providers: 1 })
  const { broker, provider } = sim
  page.files.come = 'not'
  const signal = AbortSignal.abort()
  const said = (call: Promise<unknown>) => call.then(String, (error: Error) => error.name)
  const wrong = { atmost: '1' } as object
  expect(
    await Promise.all(
      [
        broker.ledger.depositFund(5 as never),
        broker.ledger.transferFund('nope', 'inference', '1'),
        broker.inference.ensureFunded(provider.address, '1', wrong),
        broker.inference.endpoint(provider.address, wrong),
        broker.inference.revokeToken(provider.address, 999),
        broker.ledger.cancelClosing(),
        broker.ledger.depositFund('1', { signal }),
        broker.ledger.closeLedger({ signal }),
      ].map(said),
    ),
  ).toEqual([
    'TypeError',
    'InvalidInputError',
    'InvalidInputError',
    'InvalidInputError',
    'InvalidInputError',
    'InvalidInputError',
    'AbortedError',
    'AbortedError',
  ])
  await broker.close()
  const late = [broker.ledger.depositFund('1'), broker.ledger.claimRefunds(), broker.ledger.closeLedger()]
  expect(await Promise.all(late.map(said))).toEqual(['AbortedError', 'AbortedError', 'AbortedError'])
})

test('what a caller changes after the call counts for the next one', async () => {
  const sim = await wallet()
  const { broker, providers } = sim
  const other = providers[1]?.address ?? ''
  const how = { atMost: '2' }
  const filling = broker.inference.ensureFunded(other, '10', how)
  how.atMost = '20'
  await sim.until(filling)
  const { subAccounts } = await broker.position()
  expect(subAccounts.map(({ balance }) => balance)).toEqual([5n * OG, 2n * OG])
  const ids = [1, 2]
  const revoking = broker.inference.revokeTokens(other, ids)
  ids[0] = 9
  await sim.until(revoking)
  const revoked = [1, 2, 9].map((id) => broker.inference.tokenRevoked(other, id))
  expect(await sim.until(Promise.all(revoked))).toEqual([true, true, false])
  await sim[Symbol.asyncDispose]()
})

test('an opening that cannot load a part rejects and locks nothing, and the next one takes up what is open', async () => {
  const sim = await wallet()
  sim.broker.ledger.closeLedger().catch(() => undefined)
  await sim.advance('10m')
  page.fresh()
  page.files.come = 'not'
  await expect(sim.restart()).rejects.toMatchObject({ name: 'ChunkLoadError', retryable: true })
  page.files.come = 'at once'
  const broker = await sim.restart()
  expect([broker.refusal(), broker.ledger.isClosing]).toEqual([null, true])
  const following = broker.positions$.subscribe(() => undefined)
  await sim.advance('30h')
  following.unsubscribe()
  expect(await broker.position()).toMatchObject({ ledger: null, subAccounts: [] })
  await sim[Symbol.asyncDispose]()
})

test('an opening that cannot load a part leaves the journal of the caller alone', async () => {
  const sim = await createSimulatedBroker()
  const journal = memoryJournal()
  const [load, close] = [vi.spyOn(journal, 'load'), vi.spyOn(journal, 'close')]
  page.fresh()
  page.files.come = 'not'
  const opening = openBroker(sim.chain.connect(sim.wallets[0] ?? ''), { journal })
  await expect(opening).rejects.toMatchObject({ name: 'ChunkLoadError' })
  expect([load.mock.calls.length, close.mock.calls.length]).toEqual([0, 0])
  await sim[Symbol.asyncDispose]()
})

test('a signal ends an opening whose files get no answer', async () => {
  const sim = await createSimulatedBroker()
  page.fresh()
  page.files.come = 'never'
  const abort = new AbortController()
  const opening = openBroker(sim.chain.connect(sim.wallets[0] ?? ''), { signal: abort.signal })
  abort.abort()
  await expect(opening).rejects.toMatchObject({ name: 'AbortedError' })
  await sim[Symbol.asyncDispose]()
})

test('a broker without a signer loads nothing that sends, reads what there is, and says that the signer is missing', async () => {
  const sim = await wallet()
  page.fresh()
  const connected = sim.chain.connect(sim.wallets[0] ?? '', { readOnly: true })
  const broker = await openBroker(connected, {})
  expect(rooms.sending.now).toBeNull()
  page.files.come = 'never'
  const { address } = sim.provider
  const said = (call: Promise<unknown>) => call.then(String, (error: Error) => error.name)
  const calls = [
    broker.ledger.depositFund('1'),
    broker.ledger.ensureFunded('1'),
    broker.ledger.claimRefunds(),
    broker.ledger.closeLedger(),
    broker.ledger.cancelClosing(),
    broker.inference.ensureFunded(address, '1'),
    broker.inference.endpoint(address),
    broker.inference.revokeToken(address, 1),
    broker.inference.acknowledgeProviderSigner(address),
  ]
  expect(new Set(await Promise.all(calls.map(said)))).toEqual(new Set(['ReadOnlyError']))
  expect(await broker.inference.tokenRevoked(address, 1)).toBe(false)
  expect([await broker.ledger.refunds(), broker.ledger.closingStatus()]).toEqual([[], null])
  const abort = new AbortController()
  const planning = broker.ledger.closingPlan({ signal: abort.signal })
  abort.abort()
  await expect(planning).rejects.toMatchObject({ name: 'AbortedError' })
  page.fresh()
  page.files.come = 'at once'
  expect(await broker.ledger.closingPlan()).toMatchObject({ home: 20n * OG, stuck: 0n })
  await broker.close()
  await sim[Symbol.asyncDispose]()
})

/** A broker without a signer, in a page that has opened none before. */
async function watcher() {
  const sim = await wallet()
  page.fresh()
  const broker = await openBroker({ ...sim.chain.connect(sim.wallets[0] ?? ''), transactions: null }, {})
  const close = () => Promise.all([broker.close(), sim[Symbol.asyncDispose]()])
  return { sim, broker, close }
}

test('a broker without a signer loads the planner with its first dry run, and plans the same without it', async () => {
  const { sim, broker, close } = await watcher()
  page.files.come = 'not'
  const position = await broker.position()
  const plan = await broker.plan()
  expect(plan.decisions).toMatchObject([{ action: 'hold', reason: 'off', state: 'funded', required: 2n * OG }])
  expect(broker.planAt(position)).toEqual(plan)
  expect(broker.forecastAt(plan)).toMatchObject({ ledgerDryAt: null, burnRate: 0n })
  const dryRun = { autoFunding: [{ provider: sim.provider.address, serviceType: 'inference' as const }] }
  const refused = { name: 'NotLoadedError', code: 'OG_LEDGER_NOT_LOADED', retryable: false }
  expect(() => broker.planAt(position, { dryRun })).toThrow(expect.objectContaining(refused) as Error)
  await expect(broker.plan({ dryRun })).rejects.toMatchObject({ name: 'ChunkLoadError', retryable: true })
  await expect(broker.forecast()).rejects.toMatchObject({ name: 'ChunkLoadError' })
  page.files.come = 'at once'
  expect((await broker.plan({ dryRun })).decisions).toMatchObject([{ action: 'hold', reason: 'sufficient' }])
  page.files.come = 'not'
  expect(broker.planAt(position, { dryRun }).decisions).toMatchObject([{ action: 'hold', reason: 'sufficient' }])
  expect(broker.planAt(position)).toEqual(plan)
  expect((await broker.forecast()).depositFor(0)).toBe(0n)
  await close()
})

test('a dry run that cannot work is told as such once the planner is there, and a signal ends the wait for it', async () => {
  const { broker, close } = await watcher()
  page.files.come = 'never'
  const abort = new AbortController()
  const planning = broker.plan({ dryRun: true, signal: abort.signal })
  abort.abort()
  await expect(planning).rejects.toMatchObject({ name: 'AbortedError' })
  await close()
  page.files.come = 'at once'
  const next = await watcher()
  for (const dryRun of ['yes', 0, null] as never[])
    await expect(next.broker.plan({ dryRun })).rejects.toMatchObject({ name: 'InvalidInputError' })
  await next.close()
})

test('a broker without a signer refuses each start of a payment without a further file', async () => {
  const { sim, broker, close } = await watcher()
  page.files.come = 'not'
  const refused = expect.objectContaining({ name: 'ReadOnlyError' }) as Error
  expect(() => broker.inference.startAutoFunding(sim.provider.address)).toThrow(refused)
  expect(() => broker.ledger.startAutoDeposit({ trigger: '1', target: '2' })).toThrow(refused)
  await expect(broker.inference.ensureFunded(sim.provider.address, '1')).rejects.toMatchObject({
    name: 'ReadOnlyError',
  })
  expect([broker.inference.autoFundingStatus(), broker.ledger.hasAutoDeposit()]).toEqual([[], false])
  await close()
})

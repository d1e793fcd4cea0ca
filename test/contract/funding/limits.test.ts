import { parseEther as og } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createBroker,
  memoryJournal,
  weiToOg,
  type AutoFundingConfig,
  type Broker,
  type Journal,
} from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, type LowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let low: LowWallet
let broker: Broker
let journal: Journal
let alice: LocalProvider, bob: LocalProvider

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  const [first, second] = chain.inference
  if (!first || !second) throw new Error('The chain lacks a wallet or a provider.')
  ;[alice, bob] = [first, second]
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(async () => {
  low = await lowWallet(chain, chain.inference)
  journal = memoryJournal()
  broker = await open()
})
afterEach(() => broker.close())

const open = (more: Partial<Parameters<typeof createBroker>[0]> = {}) =>
  createBroker({ signer: low.wallet, network: chain.network, journal, ...more } as Parameters<typeof createBroker>[0])

const start = (provider: LocalProvider, config: AutoFundingConfig = {}) =>
  broker.inference.startAutoFunding(provider.address, { ...EXACT, intervalMs: 100, ...config })

const status = (provider: LocalProvider) => broker.inference.autoFundingStatus(provider.address)[0]
const missing = (provider: LocalProvider) => low.needed.get(provider.address) ?? 0n
const paid = (provider: LocalProvider) => BigInt(status(provider)?.paid ?? 0)
const held = (provider: LocalProvider, reason: string) => until(() => status(provider)?.reason === reason)

describe('auto-funding sends no more than', () => {
  test('maxTopUp at a time, with the cooldown between', async () => {
    start(alice, { maxTopUp: '1', cooldownMs: 60_000 })
    await held(alice, 'cooling-down')
    expect([status(alice)?.topUps, paid(alice)]).toEqual([1, og('1')])
    await chain.warp(61)
    await held(alice, 'sufficient')
    expect([status(alice)?.topUps, paid(alice)]).toEqual([2, missing(alice)])
  })

  test("a provider's budget in its window, and the rest when the window has passed, across a restart", async () => {
    const budget = { amount: '1', per: '1h' } as const
    start(alice, { budget })
    await held(alice, 'budget-exhausted')
    expect(paid(alice)).toBe(og('1'))

    const { records } = journal as ReturnType<typeof memoryJournal>
    await broker.close()
    journal = { ...memoryJournal(), load: () => Promise.resolve([...records]) }
    broker = await open()
    start(alice, { budget })
    await held(alice, 'budget-exhausted')
    expect(paid(alice)).toBe(0n)

    await chain.warp(3_600)
    await held(alice, 'sufficient')
    expect(paid(alice)).toBe(missing(alice) - og('1'))
  })

  test('the common budget, by priority', async () => {
    await broker.close()
    broker = await open({ budget: { amount: '2', per: '1d' } })
    start(bob, { priority: 1 })
    start(alice)
    await held(alice, 'budget-exhausted')
    await held(bob, 'sufficient')
    expect(paid(bob)).toBe(missing(bob))
    await until(() => paid(alice) + paid(bob) === og('2'))
  })

  test('what the reserve leaves in the ledger', async () => {
    const { available = 0n } = (await broker.position()).ledger ?? {}
    start(alice, { ledgerReserve: available - og('1') })
    await held(alice, 'reserve')
    expect(paid(alice)).toBe(og('1'))
    expect((await broker.position()).ledger?.available).toBe(available - og('1'))
  })

  test('an approved amount, once', async () => {
    const proposals: bigint[] = []
    let answer: (approved: boolean) => void = () => undefined
    start(alice, {
      approve: (decision) => {
        if (decision.action === 'propose') proposals.push(decision.amount)
        return new Promise((resolve) => (answer = resolve))
      },
    })
    await held(alice, 'awaiting-approval')
    await alice.settle(broker.wallet, og('0.25'))
    await broker.position()
    expect(paid(alice)).toBe(0n)
    answer(true)
    await until(() => paid(alice) === missing(alice))
    // The next question is about what was charged in between.
    await held(alice, 'awaiting-approval')
    expect(proposals).toEqual([missing(alice), og('0.25')])
  })
})

test('a proposal without an answer in time is proposed anew, and the signal of the first one aborts', async () => {
  const proposals: { amount: bigint; signal: AbortSignal; answer: (approved: boolean) => void }[] = []
  start(alice, {
    approvalTimeoutMs: 60_000,
    approve: (decision, signal) =>
      new Promise((answer) => {
        if (decision.action === 'propose') proposals.push({ amount: decision.amount, signal, answer })
      }),
  })
  await until(() => proposals.length === 1)
  await alice.settle(broker.wallet, og('0.25'))
  await chain.warp(61)
  await until(() => proposals.length === 2)
  expect(proposals.map(({ amount, signal }) => [amount, signal.aborted])).toEqual([
    [missing(alice), true],
    [missing(alice) + og('0.25'), false],
  ])
  proposals[0]?.answer(true)
  await broker.position()
  expect(broker.transactions()).toHaveLength(0)
  proposals[1]?.answer(true)
  await until(() => paid(alice) === missing(alice) + og('0.25'))
})

test('a fee whose source fails keeps its last value and age', async () => {
  let isBroken = false
  start(alice, { unsettledFee: () => (isBroken ? Promise.reject(new Error('gone')) : og('0.5')) })
  await until(() => paid(alice) === missing(alice) + og('0.5'))
  isBroken = true
  await until(() => status(alice)?.feeError === 'gone')
  const { feeAt } = status(alice) ?? {}
  await chain.warp(600)
  const { block } = await broker.position()
  expect(status(alice)).toMatchObject({ unsettledFee: og('0.5'), feeError: 'gone', feeAt })
  expect(block.timestamp - (feeAt ?? 0)).toBeGreaterThanOrEqual(600)
})

describe('a provider that claims too much', () => {
  test('is not paid beyond the cap: auto-funding holds with a reason', async () => {
    start(alice, { unsettledFee: () => og('50') })
    await held(alice, 'anomaly')
    start(bob, { unsettledFee: () => og('50'), maxUnsettledFee: '50', firstDay: 'off' })
    await until(() => paid(bob) === og('50') + missing(bob))
    expect(paid(alice)).toBe(0n)
  })

  test('or does not answer delays no other', async () => {
    start(alice, { unsettledFee: () => new Promise(() => undefined) })
    start(bob)
    await until(() => paid(bob) === missing(bob) && paid(alice) === missing(alice))
  })
})

test('a pending refund is reused where the config says so, and the ledger pays nothing', async () => {
  await broker.ledger.transferFund(alice.address, 'inference', missing(alice))
  await broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
  const { available } = (await broker.position()).ledger ?? {}
  start(alice, { onPendingRefund: 'reuse' })
  await until(() => paid(alice) === og('2'))
  const position = await broker.position()
  expect(position.ledger?.available).toBe(available)
  expect(position.subAccounts.find(({ provider }) => provider === alice.address)).toMatchObject({
    balance: og('2'),
    pendingRefund: 0n,
    available: og('2'),
  })
})

test('a dry run without auto-funding plans as if it were on', async () => {
  const off = await broker.plan()
  const dry = await broker.plan({ dryRun: true })
  const brief = ({ decisions }: typeof off) => decisions.map((one) => (one.action === 'hold' ? one.reason : one.amount))
  expect(brief(off)).toEqual(['off', 'off'])
  expect(brief(dry)).toEqual([...low.needed.values()].map((needed) => needed + og('1')))
  const forecast = await broker.forecast()
  expect(forecast).toMatchObject({ ledgerDryAt: null, burnRate: 0n })
  expect(forecast.depositFor(7)).toBe(0n)
})

describe('ensureFunded', () => {
  test('fills again what was charged while its transfer was in flight', async () => {
    await chain.setAutomine(false)
    const funded = broker.inference.ensureFunded(alice.address, '2')
    const charged = alice.settle(broker.wallet, og('0.5'))
    // Both are in one block.
    await until(async () => Number((await chain.provider.send('txpool_status', [])).pending) === 2)
    await chain.setAutomine(true)
    await chain.mine()
    await charged
    expect(await funded).toMatchObject({ success: true })
    const { subAccounts } = await broker.position()
    expect(subAccounts.find(({ provider }) => provider === alice.address)?.available).toBe(og('2'))
  })

  test('gives up in time while its transaction waits for a block, and the next call counts that transaction', async () => {
    await chain.setAutomine(false)
    const [first, second] = [1, 2].map(() => broker.inference.ensureFunded(alice.address, '2', { timeoutMs: 400 }))
    const late = { name: 'NotFundedError', facts: { provider: alice.address, wanted: '2 OG', after: '400 ms' } }
    await expect(Promise.allSettled([first, second])).resolves.toMatchObject([{ reason: late }, { reason: late }])
    await chain.setAutomine(true)
    await chain.mine()
    expect(await broker.inference.ensureFunded(alice.address, '2')).toBeNull()
    const { subAccounts } = await broker.position()
    expect(subAccounts.find(({ provider }) => provider === alice.address)?.available).toBe(og('2'))
    expect(broker.transactions()).toHaveLength(1)
  })

  test('is held to the limits of auto-funding for the same provider', async () => {
    const { available = 0n } = (await broker.position()).ledger ?? {}
    const ensured = () => broker.inference.ensureFunded(alice.address, '4')
    const asksForEver = { approve: () => new Promise<boolean>(() => undefined) }
    start(alice, { maxTopUp: '2', ...asksForEver })
    await expect(ensured()).rejects.toMatchObject({
      name: 'BudgetExhaustedError',
      facts: { provider: alice.address, maxTopUp: '2 OG' },
    })
    const ledgerReserve = available - og('3')
    start(alice, { ledgerReserve, ...asksForEver })
    await expect(ensured()).rejects.toMatchObject({
      name: 'BudgetExhaustedError',
      facts: { ledgerReserve: `${weiToOg(ledgerReserve)} OG` },
    })
    expect(broker.transactions()).toHaveLength(0)
  })

  test('counts in the common budget, and is refused beyond it', async () => {
    await broker.close()
    broker = await open({ budget: { amount: missing(alice), per: '1d' } })
    expect(await broker.inference.ensureFunded(alice.address, '2')).toMatchObject({ success: true })
    await expect(broker.inference.ensureFunded(bob.address, '2')).rejects.toMatchObject({
      name: 'BudgetExhaustedError',
      facts: { provider: bob.address, left: '0 OG' },
    })
  })
})

test('paused auto-funding holds, and continues when it is resumed', async () => {
  start(alice)
  broker.inference.pauseAutoFunding()
  await held(alice, 'paused')
  broker.inference.resumeAutoFunding(alice.address)
  await until(() => paid(alice) === missing(alice))
})

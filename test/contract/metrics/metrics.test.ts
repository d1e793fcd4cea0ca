import { parseEther as og, toQuantity, Wallet, type JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock, type Clock } from '../../../src/base/clock.ts'
import { createRequestCounts } from '../../../src/base/request-counts.ts'
import { openBroker } from '../../../src/broker.ts'
import { connectChain } from '../../../src/chain/connect.ts'
import { memoryJournal, type Broker } from '../../../src/index.ts'
import { startHttpProvider, type HttpProvider } from '../../../src/local/http-provider.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { families } from '../../../src/metrics/families.ts'
import { createMetrics, type Metrics } from '../../../src/metrics/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { readExposition } from '../../support/exposition.ts'
import { promtoolPath, promtoolSays } from '../../support/promtool.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const FEE = og('0.25')
const GWEI = 10n ** 9n
const OPEN = 'application/openmetrics-text'

let chain: LocalChain
let proxy: Proxy
let node: JsonRpcProvider
let provider: HttpProvider
let broker: Broker
let metrics: Metrics
let user: Wallet
/** The broker's clock is this much ahead: it need not wait for minutes. */
let aheadMs = 0

const clock: Clock = { ...systemClock, elapsed: () => performance.now() + aheadMs }

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
  node = connect(proxy.url)
  provider = await startHttpProvider(chain.contracts, testWallet(1, chain.provider), { fee: FEE, refreshMs: 1 })
  user = new Wallet(Wallet.createRandom().privateKey, node)
  await chain.provider.send('anvil_setBalance', [user.address, '0x3635c9adc5dea00000'])
  const requests = createRequestCounts()
  broker = await openBroker(connectChain({ signer: user }, chain.network, { requests: requests.rpc }), {
    journal: memoryJournal(),
    budget: { amount: '50', per: '24h' },
    intervalMs: 200,
    clock,
    requests,
  })
  metrics = createMetrics(broker)
})
afterAll(async () => {
  await broker.close()
  await provider.stop()
  node.destroy()
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

/** The sum of the samples of a name with these labels; null where there is none. */
function value(name: string, labels: Record<string, string> = {}): number | null {
  const found = metrics
    .samples()
    .filter(
      (one) => one.name === `og_ledger_${name}` && Object.entries(labels).every(([key, of]) => one.labels[key] === of),
    )
  return found.length === 0 ? null : found.reduce((sum, one) => sum + one.value, 0)
}

const ask = async (): Promise<Response> => {
  const { baseURL, fetch } = await broker.inference.endpoint(provider.address)
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] })
  return fetch(`${baseURL}/chat/completions`, { method: 'POST', body })
}

test('every metric appears and moves, on the real contracts', { timeout: 120_000 }, async () => {
  const service = { provider: provider.address, service: 'inference' }

  // Before the first reading nothing is known of the money.
  expect([value('info'), value('up'), value('available_og')]).toEqual([1, 0, null])
  await broker.ledger.addLedger('20')
  broker.positions$.subscribe()
  await until(() => value('available_og') === 20)
  expect([value('up'), value('locked_og'), value('wallet_balance_og')]).toEqual([
    1,
    0,
    expect.closeTo(980, 1) as number,
  ])
  const [block, timestamp] = [value('position_block') ?? 0, value('position_timestamp_seconds') ?? 0]

  // A top-up, from its decision to its receipt.
  broker.inference.startAutoFunding(provider.address, { budget: { amount: '10', per: '24h' }, intervalMs: 200 })
  await until(() => value('top_ups_total', { ...service, result: 'mined' }) === 1)
  const sent = value('topped_up_og_total', service) ?? 0
  await until(() => value('sub_account_balance_og', service) === sent)
  expect(value('sub_account_available_og', service)).toBe(sent)
  expect(value('sub_account_required_og', service)).toBe(2)
  expect(value('sub_account_state', { ...service, state: 'funded' })).toBe(1)
  expect([value('budget_remaining_og', { scope: 'all' }), value('budget_remaining_og', { scope: 'provider' })]).toEqual(
    [50 - sent, 10 - sent],
  )
  expect(value('transactions_total', { kind: 'transferFund', result: 'mined' })).toBe(1)
  expect(value('gas_spent_og_total', { kind: 'transferFund' })).toBeGreaterThan(0)
  expect([value('confirmation_seconds_count'), value('reaction_seconds_count')]).toEqual([2, 1])
  expect(value('journal_append_seconds_count')).toBeGreaterThanOrEqual(4)
  expect(value('decisions_total', { action: 'top-up' })).toBe(1)
  expect(value('decision', { ...service, action: 'hold' })).toBe(1)
  expect(value('rpc_requests_total', { method: 'eth_call', result: 'ok' })).toBeGreaterThan(1)
  expect([value('position_block'), value('position_timestamp_seconds')]).toEqual([
    expect.toSatisfy((one: number) => one > block) as number,
    expect.toSatisfy((one: number) => one >= timestamp) as number,
  ])

  // Charges: the burn gives runways, and what is owed is a figure of its own.
  for (let charge = 0; charge < 4; charge += 1) {
    await provider.settle(user.address, og('0.01'))
    await chain.warp(60)
    const charged = 0.01 * (charge + 1)
    await until(() => Math.abs((value('charged_og_total', service) ?? 0) - charged) < 1e-9)
  }
  await until(() => value('runway_seconds', { of: 'ledger' }) !== null)
  expect(value('runway_seconds', { of: 'gas' })).toBeGreaterThan(0)
  expect(value('sub_account_runway_seconds', service)).toBeGreaterThan(0)
  await ask()
  await until(() => (value('sub_account_unsettled_fee_og', service) ?? 0) > 0)
  expect(value('provider_requests_total', { provider: provider.address, result: 'ok' })).toBeGreaterThan(0)

  // A request that is rejected, funded and sent once more.
  broker.inference.stopAutoFunding(provider.address)
  const available = og(String(value('sub_account_available_og', service)))
  await provider.settle(user.address, available - og('1.1'))
  await until(() => Math.abs((value('sub_account_available_og', service) ?? 0) - 1.1) < 0.01)
  await ask()
  expect(value('rejected_requests_total', { provider: provider.address, result: 'retried' })).toBe(1)
  expect(value('retried_requests_total', { provider: provider.address, result: 'answered' })).toBe(1)

  // A transaction that waits, is replaced, mined, and taken back by a reorganisation.
  const mark: unknown = await chain.provider.send('evm_snapshot', [])
  await chain.setAutomine(false)
  const before = value('transactions_total', { kind: 'depositFund' }) ?? 0
  const deposit = broker.ledger.depositFund('5')
  deposit.catch(() => undefined)
  await until(() => value('transactions_in_flight', { kind: 'depositFund' }) === 1)
  expect([value('unresolved_intents', { kind: 'depositFund' }), value('transaction_oldest_seconds')]).toEqual([
    0,
    expect.toSatisfy((one: number) => one >= 0) as number,
  ])
  await until(async () => {
    aheadMs += 10_000
    // Blocks come whose base fee is too high for it.
    await chain.provider.send('anvil_setNextBlockBaseFeePerGas', [toQuantity(20n * GWEI)])
    await chain.mine()
    return (value('replacements_total', { kind: 'depositFund' }) ?? 0) > 0
  })
  await chain.setAutomine(true)
  await chain.mine()
  await deposit
  expect(value('transactions_total', { kind: 'depositFund' })).toBe(before + 1)
  await chain.provider.send('evm_revert', [mark])
  await until(async () => {
    await chain.mine()
    return (value('reorganised_total', { kind: 'depositFund' }) ?? 0) > 0
  })
  await until(() => value('transactions_in_flight', { kind: 'depositFund' }) === 0)
  expect(value('transactions_total', { kind: 'depositFund' })).toBe(before + 1)

  // Readings that fail.
  const failed = value('readings_total', { result: 'failed' }) ?? 0
  const restore = proxy.fault(({ method }) =>
    method === 'eth_call' ? { kind: 'rpc', code: -32000, message: 'away' } : undefined,
  )
  await until(() => value('up') === 0)
  expect(value('readings_total', { result: 'failed' })).toBeGreaterThan(failed)
  expect(value('rpc_requests_total', { method: 'eth_call', result: 'failed' })).toBeGreaterThan(0)
  restore()
  await until(() => value('up') === 1)
  expect(value('reading_duration_seconds_count')).toBeGreaterThan(value('readings_total', { result: 'ok' }) ?? 0)

  // The way home.
  await broker.ledger.retrieveFund('inference')
  await until(() => (value('sub_account_pending_refund_og', service) ?? 0) > 0)
  expect(value('refund_unlock_timestamp_seconds', service)).toBeGreaterThan(value('position_timestamp_seconds') ?? 0)
  expect([value('closing'), value('sub_account_state', { ...service, state: 'refunding' })]).toEqual([0, 1])
  const ending = broker.ledger.closeLedger().catch(() => undefined)
  await until(() => value('closing') === 1)
  await broker.ledger.cancelClosing()
  await ending
  await until(() => value('closing') === 0)

  // Every metric has appeared, and both formats are whole.
  const plain = readExposition(metrics.text(), 'prometheus')
  const open = readExposition(metrics.text({ accept: OPEN }), 'openmetrics')
  const names = Object.values(families).map(({ name }) => name)
  // These belong to what is over by now, to fleets, or to alerts.
  const over = [
    'og_ledger_sub_account_unsettled_fee_og',
    'og_ledger_transaction_oldest_seconds',
    'og_ledger_fleet_wallets',
    'og_ledger_fleet_failed_wallets',
    'og_ledger_fleet_next_try_timestamp_seconds',
    'og_ledger_lease_remaining_seconds',
    'og_ledger_lease_lost',
    'og_ledger_alerts',
    'og_ledger_alerts_firing',
  ]
  expect(names.filter((name) => !open.types.has(name))).toEqual(over)
  expect(plain.samples.length).toBe(open.samples.length)
  const promtool = promtoolPath()
  if (promtool) expect(promtoolSays(promtool, metrics.text())).toBe('')
})

import { describe, expect, test } from 'vitest'
import {
  FineTuningManager,
  InferenceManager,
  LedgerManager,
  ServiceManager,
  type Broker,
  type SendingOptions,
} from '../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../src/testing/index.ts'

type Call<Options> = (broker: Broker, provider: string, options: Options) => Promise<unknown>
type Setup = (simulation: Simulation) => Promise<void>

const withLedger: Setup = async ({ broker }) => void (await broker.ledger.addLedger('20'))
const withSubAccount: Setup = async (simulation) => {
  await withLedger(simulation)
  await simulation.broker.ledger.transferFund(simulation.provider.address, 'inference', '5')
}
const withRefund: Setup = async (simulation) => {
  await withSubAccount(simulation)
  await simulation.broker.ledger.retrieveFund('inference')
}
const withMaturedRefund: Setup = async (simulation) => {
  await withRefund(simulation)
  await simulation.advance('61m')
}
const withEmptySubAccount: Setup = async (simulation) => {
  await withMaturedRefund(simulation)
  await simulation.broker.ledger.claimRefunds()
}
const withEmptyLedger: Setup = async (simulation) => {
  await withLedger(simulation)
  await simulation.broker.ledger.transferFund(simulation.provider.address, 'inference', '20')
  simulation.spend(simulation.provider, '20')
}
const withNothing: Setup = async () => undefined

/** Every call that sends, with a wallet for which it sends one transaction. */
const sends: Record<string, [setup: Setup, call: Call<SendingOptions>]> = {
  'ledger.addLedger': [withNothing, ({ ledger }, _, how) => ledger.addLedger('20', 'info', how)],
  'ledger.depositFund': [withLedger, ({ ledger }, _, how) => ledger.depositFund('1', how)],
  'ledger.depositFundFor': [withLedger, ({ ledger, wallet }, _, how) => ledger.depositFundFor(wallet, '1', how)],
  'ledger.ensureFunded': [withLedger, ({ ledger }, _, how) => ledger.ensureFunded('25', how)],
  'ledger.refund': [withLedger, ({ ledger }, _, how) => ledger.refund('1', how)],
  'ledger.deleteLedger': [withEmptyLedger, ({ ledger }, _, how) => ledger.deleteLedger(how)],
  'ledger.transferFund': [withLedger, ({ ledger }, to, how) => ledger.transferFund(to, 'inference', '2', how)],
  'ledger.retrieveFund': [withSubAccount, ({ ledger }, _, how) => ledger.retrieveFund('inference', how)],
  'ledger.retrieveFundFromProvider': [
    withSubAccount,
    ({ ledger }, of, how) => ledger.retrieveFundFromProvider(of, 'inference', how),
  ],
  'ledger.claimRefunds': [withMaturedRefund, ({ ledger }, _, how) => ledger.claimRefunds(how)],
  'ledger.updateAdditionalInfo': [withLedger, ({ ledger }, _, how) => ledger.updateAdditionalInfo('other', how)],
  'ledger.closeLedger': [withLedger, ({ ledger }, _, how) => ledger.closeLedger(how)],
  'services.ensureFunded': [withLedger, ({ inference }, to, how) => inference.ensureFunded(to, '2', how)],
  'services.acknowledgeProviderSigner': [
    withLedger,
    ({ inference }, of, how) => inference.acknowledgeProviderSigner(of, true, how),
  ],
  'services.acknowledgeProviderSigner, taken back': [
    withEmptySubAccount,
    ({ inference }, of, how) => inference.acknowledgeProviderSigner(of, false, how),
  ],
  'inference.revokeToken': [withSubAccount, ({ inference }, of, how) => inference.revokeToken(of, 1, how)],
  'inference.revokeTokens': [withSubAccount, ({ inference }, of, how) => inference.revokeTokens(of, [1, 2], how)],
  'inference.revokeAllTokens': [withSubAccount, ({ inference }, of, how) => inference.revokeAllTokens(of, how)],
}

/** Every call that reads. */
const reads: Record<string, Call<{ signal: AbortSignal }>> = {
  position: (broker, _, how) => broker.position(how),
  plan: (broker, _, how) => broker.plan(how),
  forecast: (broker, _, how) => broker.forecast(how),
  inferenceService: (broker, of, how) => broker.inferenceService(of, how),
  'ledger.getLedger': ({ ledger }, _, how) => ledger.getLedger(how),
  'ledger.getLedgerWithDetail': ({ ledger }, _, how) => ledger.getLedgerWithDetail(how),
  'ledger.getProvidersWithBalance': ({ ledger }, _, how) => ledger.getProvidersWithBalance('inference', how),
  'ledger.listLedgers': ({ ledger }, _, how) => ledger.listLedgers(0, 10, how),
  'ledger.refunds': ({ ledger }, _, how) => ledger.refunds(how),
  'ledger.closingPlan': ({ ledger }, _, how) => ledger.closingPlan(how),
  'services.acknowledged': ({ inference }, of, how) => inference.acknowledged(of, how),
  'inference.services': ({ inference }, _, how) => inference.services(how),
  'inference.tokenRevoked': ({ inference }, of, how) => inference.tokenRevoked(of, 1, how),
  'inference.generation': ({ inference }, of, how) => inference.generation(of, how),
  'inference.endpoint': ({ inference }, of, how) => inference.endpoint(of, how),
  'fineTuning.services': ({ fineTuning }, _, how) => fineTuning.services(how),
}

/** Calls of the managers that neither send nor read by themselves, or wait for a transaction that another call sends. */
const others = [
  'ledger.autoDepositStatus',
  'ledger.cancelClosing',
  'ledger.closingStatus',
  'ledger.hasAutoDeposit',
  'ledger.refundsAt',
  'ledger.actor',
  'ledger.isClosing',
  'ledger.startAutoDeposit',
  'ledger.stopAutoDeposit',
  'inference.endpointCounts',
  'services.autoFundingStatus',
  'services.hasAutoFunding',
  'services.pauseAutoFunding',
  'services.resumeAutoFunding',
  'services.startAutoFunding',
  'services.stopAutoFunding',
]

test('each method of the managers is among these calls', () => {
  const methods = Object.entries({
    ledger: LedgerManager,
    services: ServiceManager,
    inference: InferenceManager,
    fineTuning: FineTuningManager,
  }).flatMap(([name, { prototype }]) =>
    Object.getOwnPropertyNames(prototype)
      .filter((method) => method !== 'constructor')
      .map((method) => `${name}.${method}`),
  )
  const covered = new Set([...Object.keys(sends), ...Object.keys(reads), ...others])
  expect(methods.filter((method) => !covered.has(method))).toEqual([])
})

describe.for(Object.entries(sends))('%s', ([, [setup, call]]) => {
  test('tells each hash that it sends, and the last one is of its receipt', async () => {
    await using simulation = await createSimulatedBroker({ blockTime: 2 })
    await setup(simulation)
    const { broker, provider } = simulation
    const before = new Set(broker.transactions())
    const hashes: string[] = []
    const answer = await simulation.until(call(broker, provider.address, { onSent: (hash) => hashes.push(hash) }))
    const sent = broker.transactions().filter((one) => !before.has(one))
    expect(hashes).toEqual(sent.map((one) => one.getSnapshot().context.hash))
    expect(hashes).toHaveLength(1)
    expect(answer).toMatchObject({ transactionHash: hashes[0] })
  })

  test('refuses an option that it does not have', async () => {
    await using simulation = await createSimulatedBroker({ blockTime: 2 })
    await setup(simulation)
    const { broker, provider } = simulation
    const before = broker.transactions().length
    await expect(call(broker, provider.address, { onsent: () => undefined } as object)).rejects.toThrow(
      /has no option onsent\./,
    )
    expect(broker.transactions()).toHaveLength(before)
  })

  test('sends nothing once its signal has aborted', async () => {
    await using simulation = await createSimulatedBroker({ blockTime: 2 })
    await setup(simulation)
    const { broker, provider } = simulation
    const before = broker.transactions().length
    const answer = simulation.until(call(broker, provider.address, { signal: AbortSignal.abort() }))
    await expect(answer).rejects.toMatchObject({ name: 'AbortedError', code: 'OG_LEDGER_ABORTED' })
    expect(broker.transactions()).toHaveLength(before)
  })
})

describe.for(Object.entries(reads))('%s', ([, call]) => {
  test('ends its wait when its signal aborts', async () => {
    await using simulation = await createSimulatedBroker({ blockTime: 2, providers: { inference: 1, fineTuning: 1 } })
    await withSubAccount(simulation)
    const { broker, provider } = simulation
    const abort = new AbortController()
    const answer = call(broker, provider.address, { signal: abort.signal })
    abort.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortedError' })
  })

  test('refuses an option that it does not have', async () => {
    await using simulation = await createSimulatedBroker({ providers: { inference: 1, fineTuning: 1 } })
    const { broker, provider } = simulation
    const answer = call(broker, provider.address, { signals: 1 } as object as { signal: AbortSignal })
    await expect(answer).rejects.toThrow(/has no option signals\./)
  })

  test('reads nothing for a signal that has aborted', async () => {
    await using simulation = await createSimulatedBroker({ blockTime: 2, providers: { inference: 1, fineTuning: 1 } })
    await withSubAccount(simulation)
    const { broker, provider } = simulation
    await expect(call(broker, provider.address, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortedError',
    })
  })
})

test('planAt refuses an option that it does not have', async () => {
  await using simulation = await createSimulatedBroker()
  const position = await simulation.broker.position()
  expect(() => simulation.broker.planAt(position, { dryrun: true } as object)).toThrow('planAt has no option dryrun.')
})

import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'

const position = ({ chain, wallets: [wallet = ''] }: Simulation) => chain.position(wallet)
const available = (sim: Simulation) => position(sim).ledger?.available ?? null
/** What the wallet has left, to the whole OG: gas is less. */
const walletOg = (sim: Simulation) => (position(sim).wallet.balance + og('0.5')) / og('1')
const status = ({ broker }: Simulation) => broker.ledger.autoDepositStatus()
/** What a call was refused with; null where it was not. */
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  )
const KEEP = { trigger: '5', target: '20' } as const

test('an empty wallet of the network is all that is needed: the ledger is opened, refilled, and every provider is paid', async () => {
  await using sim = await createSimulatedBroker({ providers: 2, funds: '100' })
  expect(sim.broker.ledger.hasAutoDeposit()).toBe(false)
  sim.broker.ledger.startAutoDeposit(KEEP)
  for (const { address } of sim.providers) sim.broker.inference.startAutoFunding(address, { target: 2 })
  await sim.advance('2m')
  expect(position(sim).subAccounts.map((one) => one.available)).toEqual([og('2'), og('2')])
  expect([sim.broker.ledger.hasAutoDeposit(), available(sim), status(sim)]).toMatchObject([
    true,
    og('20'),
    { state: 'watching', reason: 'sufficient', deposits: 1, paid: String(og('24')), failure: null },
  ])
  for (let n = 0; n < 12; n += 1) {
    for (const provider of sim.providers) sim.spend(provider, '1')
    await sim.advance('5m')
  }
  // 24 were charged beside the 4 in sub-accounts.
  expect(status(sim)).toMatchObject({ reason: 'sufficient', deposits: 2 })
  expect(position(sim).subAccounts.map((one) => one.available)).toEqual([og('2'), og('2')])
  expect(available(sim)).toBe(100n * og('1') - og('28') - walletOg(sim) * og('1'))
})

test('a runway is kept for all sub-accounts together', async () => {
  await using sim = await createSimulatedBroker({ providers: 2, funds: '100' })
  await sim.broker.ledger.addLedger('10')
  sim.broker.ledger.startAutoDeposit({ runway: { trigger: '10h', target: '40h' } })
  for (const { address } of sim.providers) sim.broker.inference.startAutoFunding(address, { target: 2 })
  await sim.advance('2m')
  expect([available(sim), status(sim)?.deposits]).toEqual([og('6'), 0])
  for (let n = 0; n < 24; n += 1) {
    for (const provider of sim.providers) sim.spend(provider, '0.05')
    await sim.advance('10m')
  }
  const { deposit } = await sim.broker.plan()
  expect(deposit).toMatchObject({ action: 'hold', reason: 'sufficient' })
  // 0.3 an hour of each: 10 hours take about 6.
  expect(deposit?.runway ?? 0).toBeGreaterThan(10 * 3_600)
  expect(status(sim)?.deposits).toBeGreaterThanOrEqual(1)
})

test('a restart in the middle of a deposit pays it once, whatever happens to its broadcast', async () => {
  for (const fault of ['none', 'lost', 'broadcast', 'late'] as const) {
    await using sim = await createSimulatedBroker({ providers: 1, funds: '100', automine: false })
    await sim.until(sim.broker.ledger.addLedger('3'))
    if (fault !== 'none') sim.fail(fault)
    sim.broker.ledger.startAutoDeposit(KEEP)
    for (let n = 0; n < 100 && sim.broker.transactions().length < 2; n += 1) await sim.advance('0.1s')
    expect(sim.broker.transactions()).toHaveLength(2)
    await sim.restart()
    sim.heal()
    sim.broker.ledger.startAutoDeposit(KEEP)
    await sim.advance('10m')
    expect([fault, available(sim), walletOg(sim)]).toEqual([fault, og('20'), 80n])
  }
})

test('budget and cooldown hold across restarts', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '1000' })
  const limits = { ...KEEP, budget: { amount: '30', per: '24h' }, cooldownMs: 3_600_000 } as const
  const start = () => {
    sim.broker.ledger.startAutoDeposit(limits)
    sim.broker.inference.startAutoFunding(sim.provider.address, { target: 20 })
  }
  start()
  await sim.advance('2m')
  // 40 are wanted, of which 30 are in the budget: they go on to the provider.
  expect([available(sim), walletOg(sim)]).toEqual([og('10'), 970n])
  await sim.restart()
  start()
  sim.spend(sim.provider, '19')
  await sim.advance('5m')
  expect(status(sim)).toMatchObject({ reason: 'cooling-down', deposits: 0 })
  await sim.advance('2h')
  expect([status(sim)?.reason, walletOg(sim)]).toEqual(['budget-exhausted', 970n])
  await sim.advance('23h')
  expect(walletOg(sim)).toBeLessThan(970n)
})

test('the gas of a full exit and what is reserved beside it stay in the wallet', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '30' })
  sim.broker.ledger.startAutoDeposit({ trigger: '50', target: '100', gasReserve: '10' })
  await sim.advance('2m')
  const { gasReserve, deposit } = await sim.broker.plan()
  expect(gasReserve).toBeGreaterThan(0n)
  expect(position(sim).wallet.balance).toBeGreaterThanOrEqual(og('10') + gasReserve)
  expect(deposit).toMatchObject({ action: 'hold', reason: 'wallet-short' })
  expect(available(sim)).toBeGreaterThan(og('19.7'))
})

test('a wallet that runs dry keeps gas to pay out what it deposited', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '30' })
  sim.broker.ledger.startAutoDeposit({ trigger: '10', target: '25' })
  sim.broker.inference.startAutoFunding(sim.provider.address)
  await sim.advance('2m')
  for (let n = 0; n < 27; n += 1) {
    sim.chain.spend(sim.provider.address, sim.broker.wallet, '1.1')
    await sim.advance('2m')
  }
  expect([status(sim)?.reason, available(sim)]).toEqual(['wallet-short', 0n])
})

test('maxLedger counts what is available: neither sub-accounts nor locked refunds, though their claim may lift the ledger above it', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  await ledger.addLedger('20')
  await sim.until(ledger.transferFund(sim.provider.address, 'inference', '15'))
  await sim.until(ledger.retrieveFundFromProvider(sim.provider.address, 'inference'))
  ledger.startAutoDeposit({ trigger: '6', target: '10', maxLedger: '10' })
  await sim.advance('2m')
  const money = () => {
    const { ledger: held, subAccounts } = position(sim)
    return [held?.available, held?.total, subAccounts.map((one) => one.pendingRefund), status(sim)?.deposits]
  }
  expect(money()).toEqual([og('10'), og('25'), [og('15')], 1])
  await sim.advance('2h')
  await sim.until(ledger.claimRefunds())
  await sim.advance('1h')
  expect(money()).toEqual([og('25'), og('25'), [0n], 1])
})

test('a withdrawal by the user is not undone at once, and closing is not refilled at all', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  ledger.startAutoDeposit(KEEP)
  await sim.advance('1m')
  await sim.until(ledger.refund('17'))
  await sim.advance('9m')
  expect([available(sim), status(sim)?.reason]).toEqual([og('3'), 'withdrawal'])
  await sim.advance('2m')
  expect([available(sim), status(sim)?.reason]).toEqual([og('20'), 'sufficient'])
  const closed = ledger.closeLedger()
  await sim.until(closed)
  expect(ledger.hasAutoDeposit()).toBe(false)
  await sim.advance('1h')
  expect([available(sim), walletOg(sim)]).toEqual([null, 100n])
})

test('closing refuses to start it, and to deposit what is ensured', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  await ledger.addLedger('10')
  await sim.until(ledger.transferFund(sim.provider.address, 'inference', '2'))
  const closed = ledger.closeLedger()
  await sim.advance('1m')
  expect(() => ledger.startAutoDeposit(KEEP)).toThrow('startAutoDeposit')
  expect(await refusal(ledger.ensureFunded('50'))).toMatchObject({ name: 'LedgerClosingError' })
  await sim.until(closed)
})

test('each deposit may ask a person first, and what was not approved is not sent', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const asked: bigint[] = []
  let answer: unknown = false
  sim.broker.ledger.startAutoDeposit({
    ...KEEP,
    approve: (decision) => {
      if (decision.action === 'propose') asked.push(decision.amount)
      return answer as boolean
    },
  })
  await sim.advance('10s')
  expect([asked, available(sim), status(sim)]).toMatchObject([
    [og('20')],
    null,
    { state: 'held', reason: 'backing-off', failure: { message: 'The deposit was not approved.' } },
  ])
  answer = 'no'
  await sim.advance('1m')
  expect([available(sim), status(sim)?.failure?.message]).toEqual([
    null,
    expect.stringContaining('neither true nor false') as string,
  ])
  answer = true
  await sim.advance('5m')
  expect(available(sim)).toBe(og('20'))
})

test('ensureFunded deposits what is missing, once, and never above its maximum', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  const all = await sim.until(Promise.all(Array.from({ length: 10 }, () => ledger.ensureFunded('7.5', { max: '8' }))))
  expect(all.filter((receipt) => receipt !== null)).toHaveLength(1)
  expect([available(sim), walletOg(sim)]).toEqual([og('7.5'), 92n])
  expect(await refusal(ledger.ensureFunded('9', { max: '8' }))).toMatchObject({ name: 'BudgetExhaustedError' })
  expect(await refusal(ledger.ensureFunded('99.9999'))).toMatchObject({ name: 'InsufficientGasError' })
  expect(available(sim)).toBe(og('7.5'))
})

test('ensureFunded opens the ledger with the minimum of the contract, or refuses where its maximum is less', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  expect(await refusal(ledger.ensureFunded('1', { max: '2' }))).toMatchObject({ name: 'BudgetExhaustedError' })
  await sim.until(ledger.ensureFunded('1', { max: '4' }))
  expect(available(sim)).toBe(og('3'))
})

test('ensureFunded and auto-deposit at once pay once, and limits of auto-deposit hold for both', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100' })
  const { ledger } = sim.broker
  ledger.startAutoDeposit({ ...KEEP, budget: { amount: '25', per: '24h' } })
  await sim.until(Promise.all([ledger.ensureFunded('20'), ledger.ensureFunded('18')]))
  await sim.advance('2m')
  expect([available(sim), walletOg(sim)]).toEqual([og('20'), 80n])
  expect(await refusal(ledger.ensureFunded('26'))).toMatchObject({ name: 'BudgetExhaustedError' })
})

test('a deposit that the user makes meanwhile counts', async () => {
  await using sim = await createSimulatedBroker({ providers: 1, funds: '100', automine: false })
  const { ledger } = sim.broker
  const own = ledger.depositFund('20')
  ledger.startAutoDeposit(KEEP)
  await sim.until(own)
  await sim.advance('5m')
  expect([available(sim), walletOg(sim)]).toEqual([og('20'), 80n])
})

test('a short ledger waits for the deposit, and then serves everything that is due at once', async () => {
  await using sim = await createSimulatedBroker({ providers: 2, funds: '100', automine: false })
  const { ledger, inference } = sim.broker
  await sim.until(ledger.addLedger('4.5'))
  for (const { address } of sim.providers) inference.startAutoFunding(address, { target: 2 })
  await sim.advance('2m')
  // Half an OG is left, and both fall to 1.4 of 2: one of them would get a part of it.
  for (const { address } of sim.providers) sim.chain.spend(address, sim.broker.wallet, '0.6')
  sim.chain.mine()
  ledger.startAutoDeposit(KEEP)
  const reasons = new Set<string>()
  const amounts = new Set<bigint>()
  sim.broker.plan$.subscribe(({ decisions }) => {
    for (const one of decisions)
      if (one.action === 'hold') reasons.add(one.reason)
      else amounts.add(one.amount)
  })
  await sim.advance('3m')
  expect([...amounts]).toEqual([og('0.6')])
  expect([...reasons]).toContain('deposit-pending')
  expect([...reasons]).not.toContain('ledger-short')
  expect(position(sim).subAccounts.map((one) => one.available)).toEqual([og('2'), og('2')])
  expect(available(sim)).toBe(og('20'))
})

test.each([true, false])(
  'a deposit beside top-ups of all that the ledger has is mined with them, not an interval later (mined at once: %s)',
  async (automine) => {
    const options = { providers: 2, funds: '100', automine, pushesBlocks: false, broker: { intervalMs: 600_000 } }
    await using sim = await createSimulatedBroker(options)
    await sim.until(sim.broker.ledger.addLedger('4'))
    sim.broker.ledger.startAutoDeposit(KEEP)
    for (const { address } of sim.providers) sim.broker.inference.startAutoFunding(address, { target: 2 })
    await sim.advance('10s')
    expect([available(sim), position(sim).subAccounts.map((one) => one.available), status(sim)]).toMatchObject([
      og('20'),
      [og('2'), og('2')],
      { deposits: 1, failure: null },
    ])
  },
)

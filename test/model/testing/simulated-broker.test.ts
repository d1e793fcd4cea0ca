import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { AbortedError } from '../../../src/base/errors.ts'
import { OgLedgerError } from '../../../src/base/og-ledger-error.ts'
import { createSimulatedBroker, type SimulatedBrokerOptions, type Simulation } from '../../../src/testing/index.ts'
import '../../../src/testing/vitest.ts'
import { EXACT } from '../../support/exact.ts'

/** The available amount of each of the first wallet's sub-accounts, in wei. */
const availableOf = ({ chain, wallets: [wallet = ''] }: Simulation): bigint[] =>
  chain.position(wallet).subAccounts.map(({ available }) => available)

test('hours pass at once, and auto-funding tops up the deficit after each charge', async () => {
  await using sim = await createSimulatedBroker({ providers: 2 })
  await sim.broker.ledger.addLedger('20')
  const [first, second] = sim.providers.map(({ address }) => sim.broker.inference.startAutoFunding(address, EXACT))
  await sim.advance('1m')
  const startedAt = sim.now()
  for (let hour = 0; hour < 5; hour += 1) {
    sim.spend(sim.provider, '0.7')
    await sim.advance('1h')
  }
  // Each charge has a block of its own, which takes a second of the chain's time.
  expect(sim.now() - startedAt).toBe(5 * 3_601_000)
  expect(availableOf(sim)).toEqual([og('2'), og('2')])
  expect(first?.getSnapshot().context).toMatchObject({ topUps: 6, paid: `${og('5.5')}` })
  expect(second?.getSnapshot().context).toMatchObject({ topUps: 1, paid: `${og('2')}` })
  expect(first).toBeInState('watching')
  expect(first).toHold('sufficient')
  expect(sim.broker.subAccount(sim.provider.address, 'inference')).toBeInState('funded')
  // Block time equals the clock, except for blocks that automine made early.
  expect(Math.abs(sim.chain.head().timestamp - sim.now() / 1_000)).toBeLessThanOrEqual(1)
})

test('the same seed gives the same history, with faults and restarts', async () => {
  const history = async (seed: number): Promise<string> => {
    await using sim = await createSimulatedBroker({ providers: 3, seed, automine: false, pushesBlocks: true })
    const begin = () => sim.providers.forEach(({ address }) => sim.broker.inference.startAutoFunding(address, EXACT))
    await sim.until(sim.broker.ledger.addLedger('50'))
    begin()
    sim.failAtRandom({ read: 0.1, broadcast: 0.2, lost: 0.1, late: 0.2, stale: 0.1 })
    const seen: unknown[] = []
    for (let turn = 0; turn < 30; turn += 1) {
      const provider = sim.providers[Math.floor(sim.chain.random() * 3)]
      if (provider) sim.chain.spend(provider.address, sim.broker.wallet, og('1') + BigInt(turn))
      await sim.advance('20s')
      if (turn === 15) {
        await sim.restart()
        begin()
      }
      const transactions = sim.broker.transactions().map((actor) => actor.getPersistedSnapshot())
      seen.push(sim.now(), sim.chain.position(sim.wallets[0] ?? ''), transactions)
    }
    return JSON.stringify(seen, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
  }
  const [one, same, other] = [await history(1), await history(1), await history(2)]
  expect(same).toBe(one)
  expect(other).not.toBe(one)
})

test('after a kill during a top-up the next broker pays it exactly once', async () => {
  await using sim = await createSimulatedBroker({ automine: false })
  await sim.until(sim.broker.ledger.addLedger('10'))
  const old = sim.broker
  old.inference.startAutoFunding(sim.provider.address, EXACT)
  sim.fail('lost')
  await sim.advance('1s')
  const deposit = old.ledger.depositFund('1')
  const fate = deposit.catch((error: unknown) => error)
  await sim.restart()
  expect(await fate).toBeInstanceOf(AbortedError)
  expect(sim.broker).not.toBe(old)
  const open = sim.broker.transactions().filter((actor) => actor.getSnapshot().hasTag('open'))
  expect(open.map((actor) => actor.getSnapshot().context.operation)).toEqual(['transferFund', 'depositFund'])
  const actor = sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('2m')
  expect(open.every((transaction) => transaction.getSnapshot().matches('mined'))).toBe(true)
  expect(availableOf(sim)).toEqual([og('2')])
  expect(actor.getSnapshot().context.topUps).toBe(0)
  expect((await sim.broker.ledger.getLedger()).available).toBe(og('9'))
})

test('the broker retries a failing chain, and the status shows it', async () => {
  await using sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('1m')
  sim.fail('read', 3)
  await sim.advance('34s')
  expect(sim.broker.positions$.status).toMatchObject({ failures: 3 })
  await sim.advance('8s')
  expect(sim.broker.positions$.status).toMatchObject({ failures: 0, error: null })
})

test('wallets share a chain, and each has its own broker', async () => {
  await using sim = await createSimulatedBroker({ wallets: 2, funds: '100' })
  const [first, second] = sim.brokers
  await first?.ledger.addLedger('10')
  await second?.ledger.addLedger('20')
  second?.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('1m')
  sim.spend(sim.provider.address.toLowerCase(), '1', sim.wallets[1]?.toLowerCase())
  await sim.advance('1m')
  expect(sim.wallets.map((wallet) => sim.chain.position(wallet).ledger)).toMatchObject([
    { available: og('10'), total: og('10') },
    { available: og('17'), total: og('19') },
  ])
  expect((await first?.ledger.listLedgers())?.ledgers.map(({ user }) => user)).toEqual(sim.wallets)
})

test('until() lets time pass until the promise settles, at most for the given duration', async () => {
  await using sim = await createSimulatedBroker({ lockTime: 3_600 })
  await sim.broker.ledger.addLedger('10')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2')
  const before = sim.now()
  await expect(sim.until(new Promise(() => undefined), '2h')).rejects.toThrow(OgLedgerError)
  expect(sim.now() - before).toBe(2 * 3_600_000)
  await sim.until(sim.broker.ledger.closeLedger())
  expect(sim.now() - before).toBeLessThan(4 * 3_600_000)
  expect((await sim.broker.position()).ledger).toBeNull()
  await expect(sim.until(Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('until() explains a promise that does not settle, and refuses other values', async () => {
  await using sim = await createSimulatedBroker()
  const real = new Promise(() => undefined)
  await expect(sim.until(real, '2h')).rejects.toThrow(
    'This did not settle in time.\n\nwithin: 2h\n' +
      'do:     give it longer, or await it without until: a promise that waits for real timers or I/O does not settle in simulated time',
  )
  await expect(sim.until(5 as never)).rejects.toThrow('until waits for a promise.\n\nwork: 5')
  await expect(sim.until((() => real) as never)).rejects.toThrow('until waits for a promise.\n\nwork: a function')
  await expect(sim.until(Promise.reject(new Error('no')), 5 as never)).rejects.toThrow('This is not a duration.')
  await expect(sim.advance(1_000n as never)).rejects.toThrow('This is not a duration.\n\nduration: 1000n')
})

test('a closed simulation refuses every call', async () => {
  const sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  const { broker } = sim
  const [restarting] = await Promise.allSettled([sim.restart(), sim.close()])
  await sim.close()
  const closed = 'This simulation is closed.'
  expect(restarting).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining(closed) as string },
  })
  expect(() => sim.spend(sim.provider, '1')).toThrow(closed)
  expect(() => sim.fail('read')).toThrow(closed)
  expect(() => sim.failAtRandom({ read: 1 })).toThrow(closed)
  await expect(sim.advance('1m')).rejects.toThrow(closed)
  await expect(sim.mine()).rejects.toThrow(closed)
  await expect(sim.restart()).rejects.toThrow(closed)
  await expect(sim.until(Promise.reject(new Error('no')))).rejects.toThrow(closed)
  for (const one of [broker, sim.broker]) await expect(one.ledger.depositFund('1')).rejects.toThrow(AbortedError)
  expect(sim.chain.position(broker.wallet).ledger?.total).toBe(og('10'))
})

test('a reorganisation takes back a top-up, and the broker sends it again', async () => {
  await using sim = await createSimulatedBroker({ automine: false })
  await sim.until(sim.broker.ledger.addLedger('10'))
  const actor = sim.broker.inference.startAutoFunding(sim.provider.address, EXACT)
  await sim.advance('2s')
  expect(actor).toBeInState('watching')
  sim.chain.reorganise(2, { forget: true })
  expect(availableOf(sim)).toEqual([])
  await sim.advance('2m')
  expect(availableOf(sim)).toEqual([og('2')])
  expect(actor.getSnapshot().context.topUps).toBe(1)
})

test('position() takes no simulated time, also during the first top-ups', async () => {
  await using sim = await createSimulatedBroker({ providers: 3 })
  const { broker, providers } = sim
  await broker.ledger.addLedger('10')
  for (const { address } of providers) broker.inference.startAutoFunding(address, EXACT)
  const before = sim.now()
  const [position, plan] = [await broker.position(), await broker.plan()]
  expect([plan.decisions.length, plan.block.number >= position.block.number, sim.now()]).toEqual([3, true, before])
})

test('a reorganisation keeps the initial funds and the providers', async () => {
  await using sim = await createSimulatedBroker({ wallets: 2, funds: '100' })
  const owned = () => sim.wallets.map((wallet) => sim.chain.position(wallet).wallet.balance)
  await sim.broker.ledger.addLedger('10')
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2')
  sim.chain.reorganise(1_000, { forget: true })
  expect([owned(), availableOf(sim)]).toEqual([[og('100'), og('100')], []])
})

test('a reorganisation keeps final blocks', async () => {
  await using sim = await createSimulatedBroker()
  await sim.broker.ledger.addLedger('10')
  sim.chain.makeFinal()
  await sim.broker.ledger.transferFund(sim.provider.address, 'inference', '2')
  sim.chain.reorganise(1_000, { forget: true })
  expect(sim.chain.position(sim.broker.wallet)).toMatchObject({ ledger: { available: og('10') }, subAccounts: [] })
})

test('the simulation has fine-tuning beside inference', async () => {
  await using sim = await createSimulatedBroker({ providers: { inference: 1, fineTuning: 1 } })
  await sim.broker.ledger.addLedger('10')
  const [, trainer] = sim.providers
  if (!trainer) throw new Error('There is no fine-tuning provider.')
  const actor = sim.broker.fineTuning.startAutoFunding(trainer.address, EXACT)
  await sim.advance('1m')
  sim.spend(trainer, '2')
  await sim.advance('1m')
  expect(actor.getSnapshot().context).toMatchObject({ topUps: 2, paid: `${og('4')}` })
})

test('a missing provider or wallet is an error', async () => {
  await using sim = await createSimulatedBroker({ providers: { fineTuning: 0 } })
  expect(() => sim.provider).toThrow('This simulation has no providers.')
  expect(() => sim.spend('0x', '1', 3)).toThrow(
    `The simulation has no such wallet.\n\nwallet:  3\nwallets: 0 (${sim.wallets[0]})`,
  )
  await expect(sim.restart('0x00')).rejects.toThrow('The simulation has no such wallet.')
})

test('spend() returns the charged amount, and throws where it is zero', async () => {
  await using sim = await createSimulatedBroker({ providers: { inference: 1, fineTuning: 1 } })
  const [teller, trainer] = sim.providers
  if (!teller || !trainer) throw new Error('There are no providers.')
  await sim.broker.ledger.addLedger('10')
  expect(() => sim.spend(teller, '1.5')).toThrow(
    `This charge would take nothing.\n\nprovider:    ${teller.address}\nserviceType: inference\n` +
      `wallet:      ${sim.broker.wallet}\namount:      1.5 OG\n` +
      'reason:      the wallet has no sub-account with this provider\n' +
      'do:          fund the sub-account first and let time pass, or use chain.spend, which allows a charge of nothing',
  )
  await sim.broker.ledger.transferFund(teller.address, 'inference', '2')
  await sim.broker.ledger.transferFund(trainer.address, 'fine-tuning', '2')
  expect([sim.spend(teller, '1.5'), sim.spend(teller.address, '1.5')]).toEqual([og('1.5'), og('0.5')])
  expect(() => sim.spend(teller, '1.5')).toThrow('the sub-account is empty')
  expect(() => sim.spend(trainer, og('2') + 1n)).toThrow(
    'the sub-account holds 2 OG, and a fine-tuning fee is taken whole or not at all',
  )
  expect(() => sim.spend(trainer, 0n)).toThrow('the amount is zero')
  expect(() => sim.spend(trainer, -1n)).toThrow('An amount cannot be negative.')
  expect(sim.spend(trainer, '2')).toBe(og('2'))
  expect(() => sim.spend(sim.providers[2] as never, '1')).toThrow(
    'A provider is an address, or an entry of sim.providers.\n\nprovider:  undefined',
  )
  expect(availableOf(sim)).toEqual([0n, 0n])
})

test('a pending charge counts the transactions before it in the pool', async () => {
  await using sim = await createSimulatedBroker({ automine: false })
  const { ledger, wallet } = sim.broker
  const { address } = sim.provider
  await sim.until(ledger.addLedger('10'))
  const transfer = ledger.transferFund(address, 'inference', '2')
  await sim.mine(0)
  const previewed = [sim.chain.wouldSpend(address, wallet, '1.5'), sim.spend(address, '1.5'), sim.spend(address, '1.5')]
  expect(() => sim.spend(address, '1.5')).toThrow('the wallet has no sub-account with this provider')
  expect([previewed, availableOf(sim)]).toEqual([[og('1.5'), og('1.5'), og('0.5')], []])
  await sim.until(transfer)
  expect(availableOf(sim)).toEqual([0n])
})

test.each<[unknown, string]>([
  [null, 'The options of a simulated broker are an object.'],
  [{ provider: 2 }, 'There is no such option of a simulated broker.\n\noption: provider\nknown: '],
  [{ inference: 2 }, 'There is no such option of a simulated broker.'],
  [{ wallets: 0 }, 'wallets is a whole number from 1 up.\n\nwallets: 0'],
  [{ wallets: -1 }, 'wallets is a whole number from 1 up.'],
  [{ wallets: NaN }, 'wallets is a whole number from 1 up.'],
  [{ wallets: 1.5 }, 'wallets is a whole number from 1 up.'],
  [{ providers: -1 }, 'providers is a whole number from 0 up.'],
  [{ providers: '0x00' }, 'providers is the number of providers.\n\nproviders: "0x00"'],
  [
    { providers: { infrence: 2 } },
    'There is no such option of providers.\n\noption: infrence\nknown:  inference, fineTuning',
  ],
  [{ providers: { fineTuning: 1.5 } }, 'fineTuning is a whole number from 0 up.'],
  [{ funds: 5 }, 'funds is a bigint (wei) or a string (OG in decimal); this is a number.'],
  [{ automine: 'no' }, 'automine is true or false.\n\nautomine: "no"'],
  [{ lockTime: '1d' }, 'The contracts refuse this lock time'],
  [{ broker: { intervalMs: 0 } }, 'intervalMs is milliseconds from 100 up.'],
  [{ broker: { intervalMs: -1 } }, 'intervalMs is milliseconds from 100 up.'],
  [{ broker: { intervalMS: 100 } }, "There is no such option of a simulation's brokers."],
])('createSimulatedBroker refuses %j', async (options, message) => {
  await expect(createSimulatedBroker(options as SimulatedBrokerOptions)).rejects.toThrow(message)
})

test('a failed matcher reports the actual state', async () => {
  await using sim = await createSimulatedBroker()
  const lifecycle = sim.broker.subAccount(sim.provider.address, 'inference')
  const decisions = (await sim.broker.plan({ dryRun: true })).decisions
  expect(decisions).toEqual([])
  expect(() => expect(lifecycle).toBeInState('funded')).toThrow('expected the state "funded"; this is in "none"')
  expect(() => expect(lifecycle).not.toBeInState('none')).toThrow(
    'expected not to be in the state "none"; this is in "none"',
  )
  expect(() => expect({ reason: 'off' }).toHold('paused')).toThrow(
    'expected to hold with the reason "paused"; the reason is "off"',
  )
  expect(() => expect({ reason: 'off' }).not.toHold('off')).toThrow(
    'expected not to hold with the reason "off"; the reason is "off"',
  )
  expect({ reason: 'off' }).toHold('off')
  expect({ action: 'top-up' }).not.toHold('off')
  expect(() => expect({ action: 'top-up' }).toHold('off')).toThrow('there is no reason, the action is top-up')
})

test('toHold accepts a list and a plan, and explains the reason of an actor that tops up', async () => {
  await using sim = await createSimulatedBroker({ providers: 2, automine: false })
  const [{ address } = sim.provider, other = sim.provider] = sim.providers
  const { inference, ledger } = sim.broker
  await sim.until(ledger.addLedger('20'))
  const funding = inference.startAutoFunding(address, EXACT)
  await sim.advance('0.5s')
  expect(funding).toBeInState('toppingUp')
  const { decisions } = sim.broker.planAt(sim.chain.position(sim.broker.wallet))
  expect(decisions).toHold('in-flight')
  expect(() => expect(funding).toHold('in-flight')).toThrow(
    'the reason is null in the state "toppingUp", which a plan calls "in-flight"',
  )
  await sim.advance('1m')
  const plan = await sim.broker.plan()
  for (const holder of [funding, inference.autoFundingStatus(address), plan, plan.decisions])
    expect(holder).toHold('sufficient')
  expect(() => expect(inference.autoFundingStatus(address)).toHold('off')).toThrow(
    'the reason is "sufficient" in the state "watching"',
  )
  inference.startAutoFunding(other.address, EXACT)
  expect(() => expect(inference.autoFundingStatus()).toHold('off')).toThrow(
    'received: a list of 2\ndo:       pick one entry',
  )
  const [payment] = sim.broker.transactions()
  expect(() => expect(payment).toHold('off')).toThrow(
    'toHold inspects an actor of auto-funding, its status or a decision.',
  )
})

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['funded', '"funded"'],
  [{}, 'an object without keys'],
  [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, 'an object with a, b, c, d, e and 2 more'],
  [Object.create(null), 'an object without keys'],
  [[], 'a list of 0'],
  [Promise.resolve({ reason: 'off' }), 'a promise\ndo:       await it first'],
])('matchers refuse %o, also after not', (wrong, received) => {
  const state = `toBeInState inspects an actor of a machine or a snapshot of one.\n\nreceived: ${received}`
  expect(() => expect(wrong).toBeInState('funded')).toThrow(state)
  expect(() => expect(wrong).not.toBeInState('funded')).toThrow(state)
  const reason = `toHold inspects an actor of auto-funding, its status or a decision.\n\nreceived: ${received}`
  expect(() => expect(wrong).toHold('off')).toThrow(reason)
  expect(() => expect(wrong).not.toHold('off')).toThrow(reason)
})

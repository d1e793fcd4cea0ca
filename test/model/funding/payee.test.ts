import fc from 'fast-check'
import { parseEther } from 'ethers'
import { describe, expect, test } from 'vitest'
import type { ServiceType } from '../../../machines/index.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import { NotSentError, ReadError, ServiceNotOfferedError, type Broker } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const OG = parseEther('1')
const STRANGER = `0x${'11'.repeat(20)}`
const DO = 'check address and service, or pass force: true (--force) to pay it all the same'

/** Every call that pays an address by the caller's word. */
const payments: Record<
  string,
  (broker: Broker, payee: string, type: ServiceType, force?: boolean) => Promise<unknown>
> = {
  transferFund: (broker, payee, type, force) => broker.ledger.transferFund(payee, type, '1', options(force)),
  ensureFunded: (broker, payee, type, force) => managerOf(broker, type).ensureFunded(payee, '1', options(force)),
  acknowledgeProviderSigner: (broker, payee, type, force) =>
    managerOf(broker, type).acknowledgeProviderSigner(payee, true, options(force)),
}

const options = (force: boolean | undefined) => (force === undefined ? {} : { force })
const managerOf = (broker: Broker, type: ServiceType) => (type === 'inference' ? broker.inference : broker.fineTuning)

describe.each(Object.entries(payments))('%s', (_, pay) => {
  test('pays no address that does not offer the service, says what it offers, and pays it when forced', async () => {
    await using sim = await createSimulatedBroker({ seed: 1, providers: { inference: 1, fineTuning: 1 } })
    const { broker, chain } = sim
    const [serving, tuning] = sim.providers.map(({ address }) => address) as [string, string]
    const { ledger, inference, fineTuning = '' } = chain.network
    await sim.until(broker.ledger.addLedger('20'))
    const refusals: [string, ServiceType, string, string][] = [
      [tuning, 'inference', 'This address offers fine-tuning, not inference.', 'fine-tuning'],
      [serving, 'fine-tuning', 'This address offers inference, not fine-tuning.', 'inference'],
      [STRANGER, 'inference', 'This address offers no service at all.', 'nothing'],
      [ledger, 'inference', 'This address is the ledger contract, and no provider.', 'nothing'],
      [inference, 'fine-tuning', 'This address is the inference contract, and no provider.', 'nothing'],
      [fineTuning, 'inference', 'This address is the fine-tuning contract, and no provider.', 'nothing'],
      [broker.wallet, 'fine-tuning', 'This address is your own wallet, and offers no service at all.', 'nothing'],
    ]
    const before = chain.position(broker.wallet)
    for (const [payee, type, sentence, offers] of refusals) {
      const error: unknown = await pay(broker, payee, type).catch((refusal: unknown) => refusal)
      expect(error).toBeInstanceOf(ServiceNotOfferedError)
      expect(error).toBeInstanceOf(NotSentError)
      const { message, facts, retryable } = error as ServiceNotOfferedError
      expect([message.split('\n')[0], facts, retryable]).toEqual([
        sentence,
        { provider: payee, service: type, offers, do: DO },
        false,
      ])
    }
    expect(chain.position(broker.wallet)).toEqual({ ...before, block: chain.head() })
    expect(broker.transactions()).toHaveLength(1)

    await sim.until(pay(broker, STRANGER, 'inference', true))
    expect((await broker.position()).subAccounts).toMatchObject([{ provider: STRANGER, available: OG }])
  })

  test('pays no provider whose signer is not accepted, until it is, and pays it when forced', async () => {
    await using sim = await createSimulatedBroker({ seed: 1, providers: { inference: 2, fineTuning: 0 } })
    const { broker, chain } = sim
    const [first, second] = sim.providers.map(({ address }) => address) as [string, string]
    await sim.until(broker.ledger.addLedger('20'))
    chain.setAccepted(first, false)
    chain.setAccepted(second, false)
    const error: unknown = await pay(broker, first, 'inference').catch((refusal: unknown) => refusal)
    expect(error).toBeInstanceOf(ServiceNotOfferedError)
    expect((error as ServiceNotOfferedError).facts).toEqual({
      provider: first,
      service: 'inference',
      offers: 'inference',
      do: DO,
    })
    expect((await broker.position()).subAccounts).toEqual([])
    chain.setAccepted(first, true)
    await sim.until(pay(broker, first, 'inference'))
    await sim.until(pay(broker, second, 'inference', true))
    const { subAccounts } = await broker.position()
    expect(subAccounts.map(({ provider, available }) => [provider, available])).toEqual([
      [first, OG],
      [second, OG],
    ])
  })

  test('pays what offers the service, and a provider that has registered since it was refused', async () => {
    await using sim = await createSimulatedBroker({ seed: 1, providers: { inference: 1, fineTuning: 1 } })
    const { broker, chain } = sim
    const [serving, tuning] = sim.providers.map(({ address }) => address) as [string, string]
    await sim.until(broker.ledger.addLedger('20'))
    await sim.until(pay(broker, serving, 'inference'))
    await sim.until(pay(broker, tuning, 'fine-tuning'))
    await expect(pay(broker, STRANGER, 'inference')).rejects.toThrow(ServiceNotOfferedError)
    chain.register(STRANGER)
    await sim.until(pay(broker, STRANGER, 'inference'))
    const { subAccounts } = await broker.position()
    expect(subAccounts.map(({ provider, serviceType, available }) => [provider, serviceType, available])).toEqual([
      [serving, 'inference', OG],
      [STRANGER, 'inference', OG],
      [tuning, 'fine-tuning', OG],
    ])
  })

  test('sends nothing where the services of the address cannot be read, and says why', async () => {
    await using world = bentWorld({ inference: 1 })
    let isDown = true
    const broker = await world.open({
      bend: (connected) => ({
        ...connected,
        readService: (provider) =>
          isDown
            ? Promise.reject(new ReadError('The chain could not be read.', { reason: 'node away' }))
            : connected.readService(provider),
      }),
    })
    await world.until(broker.ledger.addLedger('10'))
    await expect(world.until(pay(broker, world.provider, 'inference'))).rejects.toMatchObject({
      name: 'ReadError',
      facts: { reason: 'node away' },
    })
    expect([world.position().subAccounts, broker.transactions()]).toMatchObject([[], [{}]])
    isDown = false
    await world.until(pay(broker, world.provider, 'inference'))
    expect(world.position().subAccounts).toMatchObject([{ available: OG }])
  })

  test('sends nothing where the fine-tuning contract gives no answer about the provider', async () => {
    await using world = bentWorld({ inference: 0, fineTuning: 1 })
    const broker = await world.open({ bend: withoutFineTuning })
    await world.until(broker.ledger.addLedger('10'))
    await expect(world.until(pay(broker, world.provider, 'fine-tuning'))).rejects.toThrow(
      'Whether the provider offers the service could not be read.',
    )
    expect(world.position().subAccounts).toEqual([])
  })
})

const withoutFineTuning = (connected: Connected): Connected => ({
  ...connected,
  readService: async (provider) => ({ ...(await connected.readService(provider)), fineTuning: null }),
})

describe('a provider that has left', () => {
  /** A sub-account with 3 OG whose provider has left; 1 OG of it is free. */
  async function left() {
    const sim = await createSimulatedBroker({ seed: 1 })
    const { broker, provider, chain } = sim
    await sim.until(broker.ledger.addLedger('20'))
    await sim.until(broker.ledger.transferFund(provider.address, 'inference', '2'))
    await sim.until(broker.ledger.retrieveFundFromProvider(provider.address, 'inference'))
    await sim.until(broker.ledger.transferFund(provider.address, 'inference', '1'))
    chain.leave(provider.address)
    // What was read of it before is not believed any more.
    await sim.advance('11m')
    return { sim, broker, address: provider.address }
  }

  const amounts = async (broker: Broker) => {
    const { ledger, subAccounts } = await broker.position()
    return [ledger?.available, ...subAccounts.flatMap(({ available, pendingRefund }) => [available, pendingRefund])]
  }

  test('gets nothing more out of the ledger, unless forced', async () => {
    const { sim, broker, address } = await left()
    await using _ = sim
    expect(await amounts(broker)).toEqual([18n * OG, OG, OG])
    await expect(broker.ledger.transferFund(address, 'inference', OG + 1n)).rejects.toThrow(ServiceNotOfferedError)
    const reuse = { onPendingRefund: 'reuse' } as const
    await expect(broker.inference.ensureFunded(address, '2.5', reuse)).rejects.toThrow(ServiceNotOfferedError)
    expect(await amounts(broker)).toEqual([18n * OG, OG, OG])
    await sim.until(broker.ledger.transferFund(address, 'inference', '1.5', { force: true }))
    expect(await amounts(broker)).toEqual([17n * OG + OG / 2n, 2n * OG + OG / 2n, 0n])
  })

  test('gets a pending refund back that its owner cancels: that costs the ledger nothing', async () => {
    const { sim, broker, address } = await left()
    await using _ = sim
    await sim.until(broker.ledger.transferFund(address, 'inference', OG / 2n))
    expect(await amounts(broker)).toEqual([18n * OG, OG + OG / 2n, OG / 2n])
    await sim.until(broker.inference.ensureFunded(address, '2', { onPendingRefund: 'reuse' }))
    expect(await amounts(broker)).toEqual([18n * OG, 2n * OG, 0n])
  })

  test('is acknowledged anew, and asked for nothing where enough is there', async () => {
    const { sim, broker, address } = await left()
    await using _ = sim
    await sim.until(broker.ledger.transferFund(address, 'inference'))
    expect(await broker.inference.ensureFunded(address, '1')).toBeNull()
    expect(await broker.inference.acknowledgeProviderSigner(address)).toBeNull()
    expect(await amounts(broker)).toEqual([18n * OG, OG, OG])
  })

  test('is claimed from, with what was free put back, retrieved from, and closed to the wei', async () => {
    const { sim, broker, address } = await left()
    await using _ = sim
    await sim.advance('2d')
    expect(await sim.until(broker.ledger.claimRefunds())).toMatchObject({ claimed: OG })
    expect(await amounts(broker)).toEqual([19n * OG, OG, 0n])
    await sim.until(broker.ledger.retrieveFundFromProvider(address, 'inference'))
    expect(await amounts(broker)).toEqual([19n * OG, 0n, OG])
    await sim.until(broker.ledger.closeLedger())
    expect(await amounts(broker)).toEqual([undefined])
  })
})

test('one request is made for a payee, none while its offer is fresh, and none where enough is there', async () => {
  await using world = bentWorld({ inference: 1, fineTuning: 1 })
  const [serving, tuning] = world.chain.providers.map(({ address }) => address) as [string, string]
  const requests: string[] = []
  const counted =
    <A extends unknown[], T>(name: string, work: (...args: A) => T) =>
    (...args: A): T => {
      requests.push(name)
      return work(...args)
    }
  const broker = await world.open({
    bend: (connected) => ({
      ...connected,
      readService: counted('service', connected.readService),
      readPosition: counted('position', connected.readPosition),
    }),
  })
  await world.until(broker.ledger.addLedger('20'))
  const during = async (work: Promise<unknown>) => {
    requests.length = 0
    await world.until(work.catch((error: unknown) => error))
    return requests.splice(0)
  }
  const { ledger, inference, fineTuning } = broker
  expect(await during(ledger.transferFund(serving, 'inference', '1'))).toEqual(['service'])
  expect(await during(ledger.transferFund(serving, 'inference', '1'))).toEqual([])
  expect(await during(inference.ensureFunded(serving, '2'))).toEqual(['position'])
  const three = [1, 2, 3].map((amount) => ledger.transferFund(tuning, 'fine-tuning', BigInt(amount) * OG))
  expect(await during(Promise.all(three))).toEqual(['service'])
  await world.advance(601)
  // The decision rests on a position that shows every receipt and is at most a second old; the last one shows the outcome.
  expect(await during(inference.ensureFunded(serving, '3'))).toEqual(['position', 'service', 'position'])
  expect(await during(fineTuning.ensureFunded(tuning, '6'))).toEqual(['position'])
  // The position says whether a pending refund covers it.
  expect(await during(ledger.transferFund(tuning, 'inference', '1'))).toEqual(['service', 'position'])
  expect(await during(ledger.transferFund(broker.network.ledger, 'inference', '1'))).toEqual(['position'])
  expect(await during(ledger.transferFund(STRANGER, 'inference', '1', { force: true }))).toEqual([])
})

test('law: a payment is sent where the service is offered, or it is forced, or nothing leaves the ledger', async () => {
  const types = ['inference', 'fine-tuning'] as const
  const some = fc.record({
    offers: fc.subarray([...types]),
    type: fc.constantFrom(...types),
    amount: fc.bigInt({ min: 0n, max: 4n * OG }),
    force: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(some, async ({ offers, type, amount, force }) => {
      await using sim = await createSimulatedBroker({ seed: 1, providers: 0 })
      const { broker, chain } = sim
      await sim.until(broker.ledger.addLedger('20'))
      await sim.until(broker.ledger.transferFund(STRANGER, type, '2', { force: true }))
      await sim.until(broker.ledger.retrieveFundFromProvider(STRANGER, type))
      for (const one of offers) chain.register(STRANGER, one)
      const outcome = await sim.until(
        broker.ledger.transferFund(STRANGER, type, amount, { force }).then(
          () => 'sent',
          (error: Error) => error.name,
        ),
      )
      const isSent = force || offers.includes(type) || amount <= 2n * OG
      const { ledger, subAccounts } = await broker.position()
      const fromLedger = isSent && amount > 2n * OG ? amount - 2n * OG : 0n
      expect([outcome, ledger?.available, subAccounts[0]?.available]).toEqual([
        isSent ? 'sent' : 'ServiceNotOfferedError',
        18n * OG - fromLedger,
        isSent ? amount : 0n,
      ])
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['ledger', 'the ledger contract'],
  ['inference', 'the inference contract'],
  ['fineTuning', 'the fine-tuning contract'],
] as const)('a deposit for the contract %s, which could never withdraw it, is refused', async (name, contract) => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const { broker, chain } = sim
  const recipient = chain.network[name] ?? ''
  await expect(broker.ledger.depositFundFor(recipient, '3')).rejects.toMatchObject({
    name: 'InvalidInputError',
    message: expect.stringContaining(`The recipient is ${contract}, which can never withdraw`) as string,
    facts: { recipient },
  })
  expect(broker.transactions()).toEqual([])
})

describe('auto-funding of fine-tuning', () => {
  test('holds while the provider offers none, and goes on within a minute once it does', async () => {
    await using sim = await createSimulatedBroker({ seed: 1 })
    const { broker, chain, provider } = sim
    await sim.until(broker.ledger.addLedger('10'))
    const funding = broker.fineTuning.startAutoFunding(provider.address, EXACT)
    const { reason } = { reason: () => funding.getSnapshot().context.reason }
    await sim.advance('1h')
    expect([reason(), (await broker.position()).subAccounts]).toEqual(['provider-unregistered', []])
    chain.register(provider.address, 'fine-tuning')
    await sim.advance('1m')
    expect([reason(), funding.getSnapshot().context.topUps]).toEqual(['sufficient', 1])
    sim.spend(chain.providers[1] ?? provider, '1')
    chain.setAccepted(provider.address, false, 'fine-tuning')
    broker.fineTuning.pauseAutoFunding()
    await sim.advance('11m')
    broker.fineTuning.resumeAutoFunding()
    await sim.advance('1h')
    expect([reason(), funding.getSnapshot().context.topUps]).toEqual(['provider-unaccepted', 1])
  })

  test.each(['inference', 'fine-tuning'] as const)('with force pays an address without %s', async (type) => {
    await using sim = await createSimulatedBroker({ seed: 1 })
    const { broker } = sim
    await sim.until(broker.ledger.addLedger('10'))
    const funding = managerOf(broker, type).startAutoFunding(STRANGER, { force: true, unsettledFee: false })
    await sim.advance('1m')
    expect(funding.getSnapshot().context).toMatchObject({ reason: 'sufficient', topUps: 1 })
    expect((await broker.position()).subAccounts).toMatchObject([{ provider: STRANGER, available: 3n * OG }])
  })

  test('holds while the fine-tuning contract gives no answer, and does not hold inference for that', async () => {
    await using world = bentWorld({ inference: 1, fineTuning: 1 })
    const [serving, tuning] = world.chain.providers.map(({ address }) => address) as [string, string]
    const broker = await world.open({ bend: withoutFineTuning })
    await world.until(broker.ledger.addLedger('10'))
    const actors = [broker.inference.startAutoFunding(serving), broker.fineTuning.startAutoFunding(tuning)]
    await world.advance(60)
    expect(actors.map((actor) => actor.getSnapshot().context.reason)).toEqual(['sufficient', 'provider-unread'])
  })
})

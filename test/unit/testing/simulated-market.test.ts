import { expect, test } from 'vitest'
import { createSimulatedBroker, createSimulatedChain } from '../../../src/testing/index.ts'

const offerOf = (chain: ReturnType<typeof createSimulatedChain>, address: string) => {
  const answer = chain.contracts.view({ contract: 'inference', method: 'getService', args: [address] })
  return answer.ok ? (answer.value as Record<string, unknown>) : answer.error.name
}

const NEW = '0x00000000000000000000000000000000000000AA'

test('a provider registers while the chain runs, and charges', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, chain } = sim
  const added = chain.register(NEW)
  expect(added).toEqual({ address: NEW, serviceType: 'inference', url: 'http://provider.invalid' })
  expect(chain.providers.at(-1)).toBe(added)
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(NEW, 'inference', '2')
  expect(sim.spend(NEW, '0.5')).toBe(5n * 10n ** 17n)
  expect(() => chain.register(NEW)).toThrow('This provider has a service of this type.')
})

test('a provider that leaves charges nothing any more, and its sub-accounts stay', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, chain, provider } = sim
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  chain.leave(provider.address)
  expect(offerOf(chain, provider.address)).toBe('ServiceNotExist')
  expect(chain.providers).toEqual([])
  expect(chain.position(broker.wallet).subAccounts.map(({ balance }) => balance)).toEqual([2n * 10n ** 18n])
  expect(() => chain.leave(provider.address)).toThrow('No provider offers a service under this address.')
})

test('another price keeps the acceptance of the owner, another model loses it', () => {
  const chain = createSimulatedChain()
  const [{ address } = { address: '' }] = chain.providers
  chain.changeOffer(address, { inputPrice: 5n, url: 'http://elsewhere.invalid' })
  expect(offerOf(chain, address)).toMatchObject({
    inputPrice: 5n,
    url: 'http://elsewhere.invalid',
    teeSignerAcknowledged: true,
  })
  chain.changeOffer(address, { model: 'other-model' })
  expect(offerOf(chain, address)).toMatchObject({ model: 'other-model', teeSignerAcknowledged: false })
  chain.setAccepted(address, true)
  expect(offerOf(chain, address)).toMatchObject({ teeSignerAcknowledged: true })
})

test('without the acceptance of the owner a charge takes nothing', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, chain, provider } = sim
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  chain.setAccepted(provider.address, false)
  expect(() => sim.spend(provider, '0.5')).toThrow('This charge would take nothing.')
  chain.setAccepted(provider.address, true)
  expect(sim.spend(provider, '0.5')).toBe(5n * 10n ** 17n)
})

const none = { address: '', serviceType: 'inference', url: '' } as const
const GAS_PRICE = 2n * 10n ** 9n

test('a provider pays the gas of its charges and offers', async () => {
  await using sim = await createSimulatedBroker({ providers: { inference: 1, fineTuning: 1 } })
  const { broker, chain } = sim
  const [inference = none, fineTuning = none] = chain.providers
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(inference.address, 'inference', '2')
  await broker.ledger.transferFund(fineTuning.address, 'fine-tuning', '2')
  const balanceOf = (one = inference) => chain.contracts.balanceOf(one.address)
  const gasOf = (act: () => bigint | void, one = inference) => {
    const before = balanceOf(one)
    const taken = act() ?? 0n
    return Number((before + taken - balanceOf(one)) / GAS_PRICE)
  }
  const costs = {
    charge: gasOf(() => sim.spend(inference, '0.5')),
    task: gasOf(() => sim.spend(fineTuning, '0.5'), fineTuning),
    offer: gasOf(() => chain.changeOffer(inference.address, { url: 'http://elsewhere.invalid' })),
    acceptance: gasOf(() => chain.setAccepted(inference.address, false)),
  }
  expect(costs).toEqual({
    charge: 142_082,
    task: 339_986,
    offer: 88_938,
    acceptance: 0,
  })
})

test('a provider that cannot pay gas charges nothing', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, chain, provider } = sim
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  chain.contracts.burn(provider.address, chain.contracts.balanceOf(provider.address))
  expect(() => sim.spend(provider, '0.5')).toThrow('This charge would take nothing.')
  chain.fund(provider.address, '1')
  expect(sim.spend(provider, '0.5')).toBe(5n * 10n ** 17n)
})

test('after an hour a lock of an hour is over, however many transactions came before it', async () => {
  await using sim = await createSimulatedBroker({ lockTime: 3_600 })
  const { broker, chain, provider } = sim
  await broker.ledger.addLedger('10')
  for (let count = 0; count < 6; count += 1) await broker.ledger.transferFund(provider.address, 'inference', '1')
  await broker.ledger.retrieveFund('inference')
  await sim.advance('1h')
  const [account] = chain.position(broker.wallet).subAccounts
  expect(account).toMatchObject({ pendingRefund: 6n * 10n ** 18n, claimable: 6n * 10n ** 18n })
})

test.each([
  [3_600, ['60m']],
  [3_600, ['1h']],
  [5_400, ['30m', '60m']],
  [86_400, ['1d']],
  [604_800, ['1d', '6d']],
] as const)(
  'a lock of %i s is over to the second after %j, however many transactions came before',
  async (lockTime, parts) => {
    await using sim = await createSimulatedBroker({ lockTime, broker: { intervalMs: 600_000 } })
    const { broker, chain, provider } = sim
    await broker.ledger.addLedger('100')
    for (let count = 0; count < 40; count += 1) await broker.ledger.transferFund(provider.address, 'inference', '1')
    await broker.ledger.retrieveFund('inference')
    const asked = chain.head().timestamp
    for (const part of parts) await sim.advance(part)
    const [account] = chain.position(broker.wallet).subAccounts
    expect({ passed: chain.head().timestamp - asked, claimable: account?.claimable }).toEqual({
      passed: lockTime,
      claimable: 40n * 10n ** 18n,
    })
  },
)

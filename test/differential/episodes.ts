import fc from 'fast-check'
import { deliverable, item, provider, service, step, wallet } from './parts.ts'
import type { Amount, ProviderRef, ServiceRef, SettlementItem, Step, When } from './step.ts'

const next = { when: { after: 1 } } as const
const some = (milliOg: number): Amount => ({ of: 'some', plus: milliOg })
const everything = (of: Amount['of']): Amount => ({ of, plus: 0 })
const everyProvider: ProviderRef[] = [0, 1, 'stranger', 'self', 'other']
const services: ServiceRef[] = ['inference', 'fineTuning']
export const flat = (steps: readonly Step[][]): Step[] => steps.flat()

/** A wallet opens a ledger and a sub-account or two. */
export const opening = fc.record({ wallet, service, provider }).map(({ wallet, service, provider }): Step[] => [
  { do: 'depositFund', ...next, wallet, value: some(20_000) },
  { do: 'transferFund', ...next, wallet, service, provider: 0, amount: some(2_000) },
  { do: 'transferFund', ...next, wallet, service, provider, amount: some(1_500) },
])

/** Each transfer takes a little less from the newest refund, and a retrieve asks for it again, until all places are full. */
export const churning = fc
  .record({ wallet, service, times: fc.integer({ min: 2, max: 7 }) })
  .map(({ wallet, service, times }): Step[] => {
    const retrieve: Step = { do: 'retrieveFund', ...next, wallet, service, providers: [0] }
    const transfer = (wei: number): Step => {
      return { do: 'transferFund', ...next, wallet, service, provider: 0, amount: { of: 'zero', plus: wei } }
    }
    return [retrieve, ...flat(Array.from({ length: times }, (_, index) => [transfer(times - index), retrieve]))]
  })

/** A refund is claimed at about the end of its lock. */
export const claiming = fc
  .record({ wallet, service, provider, unlock: fc.constantFrom(-1, 0, 1), transfer: fc.integer({ min: 1, max: 500 }) })
  .map(({ wallet, service, provider, unlock, transfer }): Step[] => {
    const providers: ProviderRef[] = [0, provider]
    return [
      { do: 'depositFund', ...next, wallet, value: some(5_000) },
      { do: 'transferFund', ...next, wallet, service, provider, amount: some(1_000 + transfer) },
      { do: 'retrieveFund', ...next, wallet, service, providers },
      { do: 'transferFund', ...next, wallet, service, provider, amount: some(transfer) },
      { do: 'retrieveFund', when: { unlock }, wallet, service, providers },
    ]
  })

const retrieveAll = (wallet: number, when: When): Step[] =>
  services.map((service) => ({ do: 'retrieveFund', when, wallet, service, providers: everyProvider }))

/** All funds return to the wallet. */
export const closing = wallet.map((wallet): Step[] => [
  ...retrieveAll(wallet, { after: 1 }),
  ...retrieveAll(wallet, { after: 604_800 }),
  { do: 'refund', ...next, wallet, amount: everything('available') },
])

/** Providers charge everything, so that an empty ledger remains. */
export const spendingOut = wallet.map((wallet): Step[] => [
  { do: 'transferFund', ...next, wallet, service: 'inference', provider: 0, amount: everything('available') },
  ...[0, 1].map((provider): Step => ({
    do: 'settle',
    ...next,
    provider,
    items: [{ ...owed, user: wallet, fee: { of: 'balance', plus: 1 } }],
  })),
  { do: 'work', ...next, provider: 0, user: wallet, fee: everything('balance'), times: 1, acknowledged: true },
  { do: 'deleteLedger', ...next, wallet },
])

const owed: SettlementItem = {
  user: 0,
  fee: some(100),
  nonce: 'next',
  signer: 'own',
  spoil: 'nothing',
  provider: 'own',
}

/** One deliverable from its delivery to its payment, with a settlement in between that may be wrong. */
export const delivering = fc
  .record({
    wallet,
    id: deliverable,
    acknowledged: fc.boolean(),
    twice: fc.boolean(),
    item,
    rest: step('settleTask', {
      provider: fc.constant(0),
      item,
      id: deliverable,
      secret: fc.boolean(),
      hash: fc.constantFrom('same', 'other'),
    }),
  })
  .map(({ wallet, id, acknowledged, twice, item, rest }): Step[] => {
    const user = wallet
    const pay: Step = {
      do: 'settleTask',
      ...next,
      provider: 0,
      item: { ...item, user },
      id,
      secret: acknowledged,
      hash: 'same',
    }
    const accept: Step = { do: 'acknowledgeDeliverable', ...next, wallet, provider: 0, id }
    return [
      { do: 'depositFund', ...next, wallet, value: some(5_000) },
      { do: 'transferFund', ...next, wallet, service: 'fineTuning', provider: 0, amount: some(2_000) },
      { do: 'addDeliverable', ...next, provider: 0, user, id },
      ...(acknowledged ? [accept] : []),
      ...(rest.do === 'settleTask' ? [{ ...rest, id, item: { ...rest.item, user } }] : []),
      pay,
      ...(twice ? [pay, accept] : []),
    ]
  })

/** Unpaid deliverables fill the contract's ring. */
export const hoarding = wallet.map((wallet) =>
  flat(
    Array.from({ length: 21 }, (_, id): Step[] => [
      { do: 'addDeliverable', ...next, provider: 0, user: wallet, id },
      { do: 'acknowledgeDeliverable', ...next, wallet, provider: 0, id },
    ]),
  ),
)

/** More sub-accounts than a wallet may have. */
export const expanding = fc.record({ wallet, service }).map(({ wallet, service }): Step[] => [
  { do: 'depositFund', ...next, wallet, value: some(100_000) },
  { do: 'openMany', ...next, wallet, service, count: 30, from: 0 },
  { do: 'openMany', ...next, wallet, service, count: 30, from: 25 },
])

/** The owner registers another version and recommends it, and a wallet pays into it. */
export const upgrading = fc
  .record({ wallet, contract: fc.constantFrom<0 | 1>(0, 1), again: fc.boolean() })
  .map(({ wallet, contract, again }): Step[] => [
    { do: 'registerService', ...next, name: 'second', contract, byOwner: true },
    { do: 'setRecommendedService', ...next, name: 'second', byOwner: true },
    { do: 'transferFund', ...next, wallet, service: 'second', provider: 0, amount: some(1_000) },
    { do: 'retrieveFund', ...next, wallet, service: 'second', providers: [0] },
    ...(again
      ? ([
          { do: 'registerService', ...next, name: 'third', contract: 1, byOwner: true },
          { do: 'setRecommendedService', ...next, name: 'first', byOwner: true },
        ] satisfies Step[])
      : []),
  ])

/** A provider leaves and comes back. */
export const returning = service.map((service): Step[] => [
  { do: 'removeService', ...next, service, provider: 0 },
  { do: 'offer', ...next, service, provider: 0, change: 'nothing', stake: 'less' },
  { do: 'offer', ...next, service, provider: 0, change: 'info', stake: 'right' },
  { do: 'offer', ...next, service, provider: 0, change: 'nothing', stake: 'right' },
  { do: 'acceptSigner', ...next, service, provider: 0, value: true, byOwner: true },
])

import fc from 'fast-check'
import {
  amount,
  anyService,
  deliverable,
  inferenceProvider,
  item,
  owner,
  provider,
  service,
  step,
  wallet,
  work,
} from './parts.ts'
import { LOOKS, NONSENSE, type RegisteredRef, type Step } from './step.ts'

const transfer = step('transferFund', {
  wallet,
  service: anyService,
  provider,
  amount: amount('zero', 'minTransfer', 'available', 'pending', 'newest', 'oldest'),
})
const retrieve = step('retrieveFund', {
  wallet,
  service: anyService,
  providers: fc.oneof(
    { weight: 6, arbitrary: fc.array(provider, { maxLength: 3 }) },
    fc.array(provider, { minLength: 19, maxLength: 22 }),
  ),
})
const settle = step('settle', {
  provider: inferenceProvider,
  items: fc.oneof(
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength: 1 }) },
    fc.array(item, { minLength: 2, maxLength: 4 }),
  ),
})

/** What the owner of a contract may do; rare, so that the steps of wallets and providers stay dense. */
const ownersStep = fc.oneof(
  step('registerService', {
    name: fc.constantFrom('first', 'second', 'second', 'second', 'third', 'other type', 'no type', 'no version'),
    contract: fc.constantFrom<RegisteredRef>(0, 0, 0, 1, 1, 'inference', 'ledger', 'user', 'zero'),
    byOwner: owner,
  }),
  step('setRecommendedService', {
    name: fc.constantFrom('first', 'second', 'second', 'third', 'other type'),
    byOwner: owner,
  }),
  step('transferOwnership', {
    contract: fc.constantFrom('ledger', 'inference', 'fineTuning'),
    to: fc.constantFrom('owner', 'owner', 'zero', 'user'),
    byOwner: owner,
  }),
)

/** Any step of any participant. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: step('addLedger', { wallet, value: amount('zero', 'minLedger'), info: fc.integer({ min: 0, max: 4 }) }),
  },
  { weight: 8, arbitrary: step('depositFund', { wallet, value: amount('zero', 'minLedger', 'minTransfer') }) },
  {
    weight: 2,
    arbitrary: step('depositFundFor', {
      wallet,
      to: fc.constantFrom<number | 'zero'>(0, 0, 1, 2, 'zero'),
      value: amount('zero', 'minLedger'),
    }),
  },
  { weight: 1, arbitrary: step('updateAdditionalInfo', { wallet, info: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 7, arbitrary: step('refund', { wallet, amount: amount('zero', 'available', 'aboveMin', 'total') }) },
  { weight: 1, arbitrary: step('deleteLedger', { wallet }) },
  { weight: 18, arbitrary: transfer },
  { weight: 16, arbitrary: retrieve },
  { weight: 2, arbitrary: step('acknowledgeTEESigner', { wallet, service, provider, value: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: step('revokeTokens', {
      wallet,
      provider,
      tokens: fc.array(fc.constantFrom(0, 7, 255), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: step('revokeToken', { wallet, provider, token: fc.constantFrom(0, 7, 255) }) },
  { weight: 1, arbitrary: step('revokeAllTokens', { wallet, provider }) },
  { weight: 12, arbitrary: settle },
  { weight: 1, arbitrary: step('addDeliverable', { provider: fc.constant(0), user: wallet, id: deliverable }) },
  { weight: 1, arbitrary: step('acknowledgeDeliverable', { wallet, provider: fc.constant(0), id: deliverable }) },
  {
    weight: 3,
    arbitrary: step('settleTask', {
      provider: fc.constant(0),
      item,
      id: deliverable,
      secret: fc.boolean(),
      hash: fc.constantFrom('same', 'same', 'same', 'other'),
    }),
  },
  {
    weight: 4,
    arbitrary: step('work', {
      provider: fc.constant(0),
      user: wallet,
      fee: amount('zero', 'free', 'balance', 'pending', 'newest'),
      times: work,
      acknowledged: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: step('updateLockTime', {
      service,
      seconds: fc.constantFrom(3_599, 3_600, 3_601, 7_200, 604_800, 604_801),
      byOwner: owner,
    }),
  },
  {
    weight: 1,
    arbitrary: step('acceptSigner', {
      service,
      provider: fc.constant(0),
      value: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
      byOwner: owner,
    }),
  },
  { weight: 1, arbitrary: step('updatePenalty', { percentage: fc.constantFrom(0, 30, 33, 100, 101), byOwner: owner }) },
  {
    weight: 1,
    arbitrary: step('offer', {
      service,
      provider: fc.constant(0),
      change: fc.constantFrom('nothing', 'nothing', 'url', 'signer', 'model'),
      stake: fc.constantFrom('right', 'right', 'right', 'less', 'none'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      { weight: 1, arbitrary: step('removeService', { service, provider: fc.constantFrom(0, 1) }) },
      { weight: 2, arbitrary: retrieve },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      {
        weight: 1,
        arbitrary: step('openMany', {
          wallet,
          service,
          count: fc.integer({ min: 2, max: 25 }),
          from: fc.integer({ min: 0, max: 30 }),
        }),
      },
      { weight: 3, arbitrary: transfer },
    ),
  },
  { weight: 1, arbitrary: ownersStep },
  { weight: 2, arbitrary: step('nonsense', { wallet, what: fc.constantFrom(...NONSENSE) }) },
  {
    weight: 2,
    arbitrary: step('look', {
      what: fc.constantFrom(...LOOKS),
      wallet,
      offset: fc.integer({ min: 0, max: 4 }),
      limit: fc.constantFrom(0, 1, 2, 50, 51, -1),
    }),
  },
)

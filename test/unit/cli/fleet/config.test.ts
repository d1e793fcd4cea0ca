import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { fleetSchema, parseFleetConfig } from '../../../../src/cli/fleet/config.ts'
import { policyOf, walletPolicyOf } from '../../../../src/cli/fleet/policies.ts'
import { UsageError } from '../../../../src/cli/arguments/usage-error.ts'

const PROVIDER = '0xa48f01287233509FD694a22Bf840225062E67836'
const KEYSTORES = { keystores: 'keys' }
const EVERY = { wallets: '*' }

const takes = new Ajv2020({ strict: false }).compile(fleetSchema)

test.for<[string, object, string | null]>([
  ['keystores', { wallets: KEYSTORES, policies: [EVERY] }, null],
  ['a phrase', { wallets: { mnemonic: { env: 'PHRASE' }, from: 0, to: 9 }, policies: [EVERY] }, null],
  [
    'a phrase without a range',
    { wallets: { mnemonic: { env: 'PHRASE' } }, policies: [EVERY] },
    'wallets: a mnemonic needs from and to',
  ],
  [
    'a phrase itself',
    { wallets: { mnemonic: 'PHRASE', from: 0, to: 9 }, policies: [EVERY] },
    'wallets.mnemonic: an object; this is a string.',
  ],
  [
    'two sources',
    { wallets: { ...KEYSTORES, file: 'keys.txt' }, policies: [EVERY] },
    'wallets: one of file, keystores and mnemonic.',
  ],
  ['no policy', { wallets: KEYSTORES, policies: [] }, 'policies: a list of at least one policy; this is empty.'],
  [
    'a policy for no wallets',
    { wallets: KEYSTORES, policies: [{ autoClaim: true }] },
    'policies[0].wallets: it is missing.',
  ],
  [
    'a field that there is not',
    { wallets: KEYSTORES, policies: [{ ...EVERY, maxTopUp: '1' }] },
    'policies[0].maxTopUp: there is no such field',
  ],
  [
    'a provider that is none',
    { wallets: KEYSTORES, policies: [{ ...EVERY, providers: [{ provider: '0x1' }] }] },
    'policies[0].providers[0].provider: an address',
  ],
  [
    'a budget that several machines share',
    { wallets: KEYSTORES, policies: [EVERY], budget: { amount: '5', per: '1d', name: 'customers' } },
    null,
  ],
  [
    'a budget without a window',
    { wallets: KEYSTORES, policies: [EVERY], budget: { amount: '5', name: 'customers' } },
    'budget.per: it is missing.',
  ],
  [
    'a budget whose name is empty',
    { wallets: KEYSTORES, policies: [EVERY], budget: { amount: '5', per: '1d', name: ' ' } },
    'budget.name: a name of 1 to 200 characters',
  ],
  ['a capacity of nothing', { wallets: KEYSTORES, policies: [EVERY], capacity: 0 }, 'capacity: a whole number from 1'],
])('the command and its schema agree about %s', ([, config, refusal]) => {
  expect(takes(config)).toBe(refusal === null)
  const parse = () => parseFleetConfig(JSON.stringify(config))
  if (refusal === null) expect(parse()).toMatchObject({ policies: [{ wallets: ['*'] }] })
  else expect(parse).toThrow(UsageError)
  if (refusal !== null) expect(parse).toThrow(refusal)
})

test('the first policy that matches a name or an address holds, with its defaults in each provider', () => {
  const { policies } = parseFleetConfig(
    JSON.stringify({
      wallets: KEYSTORES,
      policies: [
        { wallets: ['shop-?', '0xABC*'], autoClaim: true },
        { wallets: 'shop-*', defaults: { maxTopUp: '5' }, providers: [{ provider: PROVIDER, target: '9' }] },
      ],
    }),
  )
  const of = (name: string, address = '0x01') => walletPolicyOf(policyOf(policies, { name, address }))
  expect(of('any', '0xabcdef')).toEqual({ autoFunding: [], autoClaim: true })
  expect(of('shop-12')).toEqual({
    autoFunding: [{ provider: PROVIDER, serviceType: 'inference', config: { maxTopUp: '5', target: '9' } }],
  })
  // Only * stands for other text.
  expect(of('shop-?')).toEqual({ autoFunding: [], autoClaim: true })
  expect(of('shop-7')).toEqual(of('shop-12'))
  expect(of('my-shop-12')).toEqual({})
})

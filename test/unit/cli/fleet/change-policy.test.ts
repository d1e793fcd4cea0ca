import { expect, test } from 'vitest'
import { changePolicy } from '../../../../src/cli/fleet/change-policy.ts'
import type { WalletPolicy } from '../../../../src/fleet/index.ts'
import type { AutoFundingConfig, Broker } from '../../../../src/index.ts'

const funds = (...providers: string[]): NonNullable<WalletPolicy['autoFunding']> =>
  providers.map((provider) => ({ provider, serviceType: 'inference', config: { target: 2 } }))
const deposit = (trigger: string): NonNullable<WalletPolicy['autoDeposit']> => ({ trigger, target: '5' })

/** What a broker keeps funded, which refuses to start what is named `no`. */
function brokerOf({ autoFunding = [], autoDeposit }: WalletPolicy) {
  const funded = new Map(autoFunding.map(({ provider, config = {} }) => [provider, config]))
  let trigger: unknown = autoDeposit?.trigger
  const refuse = (name: unknown): void => {
    if (name === 'no') throw new Error('refused')
  }
  const broker = {
    inference: {
      startAutoFunding(provider: string, config: AutoFundingConfig) {
        refuse(provider)
        funded.set(provider, config)
      },
      stopAutoFunding: (provider: string) => void funded.delete(provider),
    },
    ledger: {
      startAutoDeposit(config: { trigger: string }) {
        refuse(config.trigger)
        trigger = config.trigger
      },
      stopAutoDeposit: () => (trigger = undefined),
    },
  } as unknown as Broker
  return { broker, keeps: () => [Object.fromEntries(funded), trigger] }
}

test.each<[string, WalletPolicy, WalletPolicy]>([
  ['a deposit', { autoFunding: funds('0xa') }, { autoDeposit: deposit('no') }],
  ['another deposit', { autoFunding: funds('0xa'), autoDeposit: deposit('1') }, { autoDeposit: deposit('no') }],
  ['a provider', { autoFunding: funds('0xa'), autoDeposit: deposit('1') }, { autoFunding: funds('0xb', 'no') }],
  [
    'a provider after a deposit',
    { autoFunding: funds('0xa') },
    { autoFunding: funds('no'), autoDeposit: deposit('2') },
  ],
  [
    'a provider after other terms of another one',
    { autoFunding: funds('0xa') },
    { autoFunding: [{ provider: '0xa', serviceType: 'inference', config: { target: 3 } }, ...funds('no')] },
  ],
])('where %s is refused, the policy before holds as a whole', (_, before, next) => {
  const { broker, keeps } = brokerOf(before)
  const kept = keeps()
  expect(() => changePolicy(broker, before, next)).toThrow('refused')
  expect(keeps()).toEqual(kept)
})

test('what the next policy does not name is stopped', () => {
  const before = { autoFunding: funds('0xa', '0xb'), autoDeposit: deposit('1') }
  const { broker, keeps } = brokerOf(before)
  changePolicy(broker, before, { autoFunding: funds('0xb', '0xc') })
  expect(keeps()).toEqual([{ '0xb': { target: 2 }, '0xc': { target: 2 } }, undefined])
})

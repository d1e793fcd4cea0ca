import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { lacksMoney, poorWalletError } from '../../../src/chain/poor-wallet.ts'
import { checkAffordable } from '../../../src/transactions/send-errors.ts'

const refusal = (numbers: { balance: string; value: string; gas: string; committed?: string }) => {
  const { balance, value, gas, committed = '0' } = numbers
  try {
    checkAffordable({
      operation: 'depositFund',
      balance: og(balance),
      value: og(value),
      gas: og(gas),
      committed: og(committed),
    })
    return 'taken'
  } catch (error) {
    return (error as { facts: Record<string, string> }).facts['do']
  }
}

test.for([
  [{ balance: '10', value: '9', gas: '0.5' }, 'taken'],
  [{ balance: '10', value: '10', gas: '0.5' }, 'choose a smaller amount, or send OG to the wallet: 0.5 OG are missing'],
  [
    { balance: '10', value: '25', gas: '0.5' },
    'choose a smaller amount, or send OG to the wallet: 15.5 OG are missing',
  ],
  [{ balance: '0.1', value: '5', gas: '0.5' }, 'send OG to the wallet: 5.4 OG are missing'],
  [{ balance: '0.1', value: '0', gas: '0.5' }, 'send gas to the wallet: 0.4 OG are missing'],
  [{ balance: '10', value: '6', gas: '0.5', committed: '5' }, 'wait until the transactions in flight are mined'],
] as const)('advice names what is missing: %j', ([numbers, advice]) => {
  expect(refusal(numbers)).toBe(advice)
})

const call = (value: bigint) => ({ contract: 'ledger', method: 'depositFund', args: [], value }) as const

test.for<[bigint, bigint | null, string]>([
  [og('20'), og('5'), 'choose a smaller amount, or send OG to the wallet: 15 OG and gas are missing'],
  [og('20'), og('20'), 'choose a smaller amount, or send gas to the wallet: the amount takes all that it has'],
  [og('20'), 0n, 'send OG to the wallet: it needs 20 OG and gas'],
  [og('20'), null, 'send OG to the wallet: it needs the amount and gas; or choose a smaller amount'],
  [0n, 0n, 'send gas to the wallet'],
])(
  'advice after a refused estimate names the amount or the gas, whichever is missing: %s of %s',
  ([value, balance, advice]) => {
    const { facts, retryable } = poorWalletError(call(value), { reason: 'insufficient funds', balance })
    expect([facts['do'], retryable]).toEqual([advice, false])
  },
)

test('gas over what a block holds is no lack of money', () => {
  const reason = 'gas required exceeds allowance (30000000)'
  expect(lacksMoney(call(og('1')), reason, og('100'))).toBe(false)
  expect(lacksMoney(call(og('1')), reason, og('1.001'))).toBe(true)
  expect(lacksMoney(call(og('1')), reason, null)).toBe(true)
  expect(lacksMoney(call(og('1')), 'insufficient funds for transfer', og('100'))).toBe(true)
  expect(lacksMoney(call(og('1')), 'execution timeout', 0n)).toBe(false)
})

import { expect, test } from 'vitest'
import { TransactionRevertedError, TooManyRefundsError } from '../../../src/index.ts'
import { contractError } from '../../../src/base/contract-errors.ts'
import { createLeftOut } from '../../../src/refunds/left-out.ts'
import { retrieveBatch } from '../../../src/refunds/retrieve-batch.ts'
import type { Intent, Receipt } from '../../../src/transactions/intent.ts'

const service = { serviceType: 'inference', name: 'inference-v1.0' } as const
const done: Receipt = { transactionHash: '0x1', blockNumber: 1, gasUsed: 1n, status: 1, success: true }
const tooMany = (provider?: string) => ({
  operation: 'retrieveFund',
  errorName: 'TooManyRefunds',
  errorArgs: provider === undefined ? {} : { user: 'user', provider },
})

const unlocked = () => ({ stallOf: () => null, leftOut: createLeftOut() })

/** A contract in which these providers have no refund place; each refusal names one of them. */
function submitting(full: readonly string[], refuse: (provider: string) => Error) {
  const asked: unknown[] = []
  const submit = ({ call: { args } }: Intent): Promise<Receipt> => {
    asked.push(args[0])
    const named = full.find((provider) => (args[0] as readonly string[]).includes(provider))
    return named === undefined ? Promise.resolve(done) : Promise.reject(refuse(named))
  }
  return { asked, submit }
}

test.for([
  ['foreseen', (provider: string): Error => contractError(tooMany(provider))],
  [
    'mined',
    (provider: string): Error =>
      new TransactionRevertedError(tooMany(provider), { transactionHash: '0x', blockNumber: 1 }),
  ],
] as const)('a batch is sent again without those that a refusal names: %s', async ([, refuse]) => {
  const { asked, submit } = submitting(['b', 'd'], refuse)
  expect(await retrieveBatch(['a', 'b', 'c', 'd'], service, { submit, ...unlocked() })).toEqual([done])
  expect(asked).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'c', 'd'],
    ['a', 'c'],
  ])
})

test('a batch that the contract refuses without a reason is sent in halves, and what was mined and reverted is not', async () => {
  const asked: number[] = []
  const most =
    (size: number, error: Error) =>
    ({ call: { args } }: Intent): Promise<Receipt> => {
      const { length } = args[0] as readonly string[]
      asked.push(length)
      return length > size ? Promise.reject(error) : Promise.resolve(done)
    }
  const refusal = contractError({ operation: 'retrieveFund', errorName: 'no reason', errorArgs: {} })
  const providers = ['a', 'b', 'c', 'd', 'e']
  const halves = retrieveBatch(providers, service, { submit: most(2, refusal), ...unlocked() })
  expect([await halves, asked]).toEqual([
    [done, done, done],
    [5, 3, 2, 1, 2],
  ])
  await expect(retrieveBatch(providers, service, { submit: most(0, refusal), ...unlocked() })).rejects.toBe(refusal)
  const reverted = new TransactionRevertedError(
    { operation: 'retrieveFund', errorName: 'no reason', errorArgs: {} },
    { transactionHash: '0x', blockNumber: 1 },
  )
  await expect(retrieveBatch(providers, service, { submit: most(2, reverted), ...unlocked() })).rejects.toBe(reverted)
})

test('retrieveBatch rejects where no provider is left, where the error names none of the batch, and on any other error', async () => {
  const alone = submitting(['a'], (provider) => contractError(tooMany(provider)))
  await expect(retrieveBatch(['a'], service, { ...alone, ...unlocked() })).rejects.toThrow(TooManyRefundsError)
  const nameless = submitting(['a'], () => contractError(tooMany()))
  await expect(retrieveBatch(['a', 'b'], service, { ...nameless, ...unlocked() })).rejects.toThrow(TooManyRefundsError)
  const other = submitting(['a'], () => new Error('the node is gone'))
  await expect(retrieveBatch(['a', 'b'], service, { ...other, ...unlocked() })).rejects.toThrow('the node is gone')
  expect([alone, nameless, other].map(({ asked }) => asked.length)).toEqual([1, 1, 1])
})

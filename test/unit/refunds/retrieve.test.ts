import { expect, test } from 'vitest'
import {
  GasEstimateError,
  InsufficientGasError,
  RefusedByNodeError,
  TransactionRevertedError,
  TooManyRefundsError,
} from '../../../src/index.ts'
import { contractError } from '../../../src/base/contract-errors.ts'
import { createLeftOut } from '../../../src/refunds/left-out.ts'
import { retrieveBatch, type Retrieved } from '../../../src/refunds/retrieve-batch.ts'
import type { Intent, Receipt } from '../../../src/transactions/intent.ts'

const service = { serviceType: 'inference', name: 'inference-v1.0' } as const
const done: Receipt = { transactionHash: '0x1', blockNumber: 1, gasUsed: 1n, status: 1, success: true }
const tooMany = (provider?: string) => ({
  operation: 'retrieveFund',
  errorName: 'TooManyRefunds',
  errorArgs: provider === undefined ? {} : { user: 'user', provider },
})

const allDone = (...retrieved: readonly Retrieved[]) => ({ done: retrieved, left: [], failure: null })

async function failureOf(providers: readonly string[], world: ReturnType<typeof submitting>): Promise<unknown> {
  const { failure } = await retrieveBatch(providers, service, { submit: world.submit, ...unlocked() })
  return failure?.error
}

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
  expect(await retrieveBatch(['a', 'b', 'c', 'd'], service, { submit, ...unlocked() })).toEqual(
    allDone({ receipt: done, providers: ['a', 'c'] }),
  )
  expect(asked).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'c', 'd'],
    ['a', 'c'],
  ])
})

const operation = 'retrieveFund'
const unexplained = { operation, errorName: 'no reason', errorArgs: {} }
const mined = { transactionHash: '0x', blockNumber: 1 }

/** A chain that takes so many providers in one transaction, up to a failure for good. */
function takingAtMost(size: number, error: Error, failure?: { from: string; error: Error }) {
  const asked: number[] = []
  const submit = ({ call: { args } }: Intent): Promise<Receipt> => {
    const providers = args[0] as readonly string[]
    asked.push(providers.length)
    if (providers.length > size) return Promise.reject(error)
    return failure && providers.includes(failure.from) ? Promise.reject(failure.error) : Promise.resolve(done)
  }
  return { asked, submit }
}

test.for([
  ['the contract, without a reason', contractError(unexplained)],
  ['the estimate of a node', new GasEstimateError({ operation, reason: 'gas required exceeds allowance (8000000)' })],
  ['the wallet’s balance', new InsufficientGasError('The wallet cannot pay the gas of this transaction.')],
  [
    'a node’s limit on gas',
    new RefusedByNodeError({ operation, reason: 'exceeds block gas limit', transaction: '0x1' }),
  ],
  [
    'a node’s limit on fees',
    new RefusedByNodeError({
      operation,
      reason: 'tx fee (1.20 ether) exceeds the configured cap (1.00 ether)',
      transaction: '0x1',
    }),
  ],
] as const)('a batch that is too much gas for one transaction is sent in halves: %s', async ([, refusal]) => {
  const { asked, submit } = takingAtMost(2, refusal)
  const providers = ['a', 'b', 'c', 'd', 'e']
  expect(await retrieveBatch(providers, service, { submit, ...unlocked() })).toEqual(
    allDone(
      { receipt: done, providers: ['a', 'b'] },
      { receipt: done, providers: ['c'] },
      { receipt: done, providers: ['d', 'e'] },
    ),
  )
  expect(asked).toEqual([5, 3, 2, 1, 2])
  const none = takingAtMost(0, refusal)
  expect(await retrieveBatch(providers, service, { submit: none.submit, ...unlocked() })).toEqual({
    done: [],
    left: providers,
    failure: { error: refusal },
  })
})

test.for([
  ['what was mined and reverted', new TransactionRevertedError(unexplained, mined)],
  ['an estimate without an answer', new GasEstimateError({ operation, reason: 'no answer' })],
  ['a refusal for another reason', new RefusedByNodeError({ operation, reason: 'invalid sender', transaction: '0x1' })],
] as const)('%s is not sent in halves', async ([, error]) => {
  const { asked, submit } = takingAtMost(0, error)
  expect(await retrieveBatch(['a', 'b'], service, { submit, ...unlocked() })).toEqual({
    done: [],
    left: ['a', 'b'],
    failure: { error },
  })
  expect(asked).toEqual([2])
})

test('a half that fails leaves those after it, and what was mined before it is known', async () => {
  const error = new Error('the node is gone')
  const { asked, submit } = takingAtMost(2, contractError(unexplained), { from: 'c', error })
  expect(await retrieveBatch(['a', 'b', 'c', 'd', 'e'], service, { submit, ...unlocked() })).toEqual({
    done: [{ receipt: done, providers: ['a', 'b'] }],
    left: ['c', 'd', 'e'],
    failure: { error },
  })
  expect(asked).toEqual([5, 3, 2, 1])
})

test('retrieveBatch fails where no provider is left, where the error names none of the batch, and on any other error', async () => {
  const alone = submitting(['a'], (provider) => contractError(tooMany(provider)))
  expect(await failureOf(['a'], alone)).toBeInstanceOf(TooManyRefundsError)
  const nameless = submitting(['a'], () => contractError(tooMany()))
  expect(await failureOf(['a', 'b'], nameless)).toBeInstanceOf(TooManyRefundsError)
  const other = submitting(['a'], () => new Error('the node is gone'))
  expect(await failureOf(['a', 'b'], other)).toEqual(new Error('the node is gone'))
  expect([alone, nameless, other].map(({ asked }) => asked.length)).toEqual([1, 1, 1])
})

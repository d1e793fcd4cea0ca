import { expect, test } from 'vitest'
import { contractError, LedgerExistsError, TransactionRevertedError } from '../../../src/base/contract-errors.ts'
import { contractRefusal, revertedRefusal } from '../../../src/base/contract-refusals.ts'
import { refusalTexts } from '../../../src/base/refusal-texts.ts'
import { readErrors } from '../../../src/chain/abi.ts'

const OG = 10n ** 18n

test('what refuses a transaction is explained, with its amounts in OG', () => {
  const errorArgs = { provided: OG, required: 3n * OG, available: 4n * OG }
  const error = contractRefusal({ operation: 'refund', errorName: 'MinimumDepositRequired', errorArgs })
  expect([error.name, error.shortMessage, error.facts]).toEqual([
    'MinimumDepositRequiredError',
    'The amount is below the minimum of the contract.',
    {
      operation: 'refund',
      error: 'MinimumDepositRequired',
      provided: '1 OG',
      required: '3 OG',
      available: '4 OG',
      do: 'withdraw at most 1 OG, or everything: 4 OG',
    },
  ])
})

test('each has its class, and one that reverted says so', () => {
  const input = { operation: 'addLedger', errorName: 'LedgerExists' }
  expect(contractRefusal(input)).toBeInstanceOf(LedgerExistsError)
  const reverted = revertedRefusal(input, { transactionHash: '0x01', blockNumber: 7 })
  expect(reverted).toBeInstanceOf(TransactionRevertedError)
  expect(reverted.shortMessage).toBe(
    'This wallet has a ledger already. The transaction was mined and reverted; only its gas was paid.',
  )
})

test('what views raise as well is explained the same to both', () => {
  const input = { operation: 'getLedger', errorName: 'LedgerNotExists' }
  expect(contractRefusal(input)).toEqual(contractError(input))
  const ofViews = readErrors.map((line) => /error (\w+)\(/.exec(line)?.[1] ?? '')
  expect(ofViews.filter((name) => Object.hasOwn(refusalTexts, name))).toEqual([])
})

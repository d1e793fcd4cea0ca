import { expect, test } from 'vitest'
import {
  GasEstimateError,
  InDoubtError,
  InsufficientGasError,
  NotRecordedError,
  NotSentError,
  OgLedgerError,
  OvertakenError,
  ReadOnlyError,
  RefusedError,
  SigningError,
} from '../../../src/index.ts'

const cause = new Error('no space left on device')
const gas = { operation: 'depositFund', reason: 'insufficient funds for gas' }

test.each([
  [
    new ReadOnlyError('0xw'),
    'ReadOnlyError',
    'This broker is read-only.\n\nwallet: 0xw\ndo:     create it with a signer to send transactions',
    false,
  ],
  [
    new RefusedError('The wallet refused to send.', { operation: 'refund' }),
    'RefusedError',
    'The wallet refused to send.\n\noperation: refund',
    false,
  ],
  [
    new SigningError({ operation: 'refund', reason: 'timeout' }),
    'SigningError',
    'The signer did not sign.\n\noperation: refund\nreason:    timeout',
    false,
  ],
  [
    new InsufficientGasError('The wallet cannot pay for this transaction.', { ...gas, do: 'send gas to the wallet' }),
    'InsufficientGasError',
    'The wallet cannot pay for this transaction.\n\noperation: depositFund\nreason:    insufficient funds for gas\ndo:        send gas to the wallet',
    false,
  ],
  [
    new GasEstimateError({ operation: 'refund', reason: 'timeout' }),
    'GasEstimateError',
    'The node gave no gas estimate.\n\noperation: refund\nreason:    timeout',
    true,
  ],
  [
    new NotRecordedError(cause),
    'NotRecordedError',
    'The intent could not be recorded, so it was not sent.\n\nreason: no space left on device',
    false,
  ],
  [
    new InDoubtError({ operation: 'refund' }),
    'InDoubtError',
    'A transaction of this ledger may be on its way, and only its wallet knows.\n\noperation: refund\ndo:        look in the wallet, then call resolveIntent(id) with its hash or "not-sent"',
    false,
  ],
  [
    new OvertakenError('Another transaction overtook the top-up.', { provider: '0xp' }),
    'OvertakenError',
    'Another transaction overtook the top-up.\n\nprovider: 0xp',
    true,
  ],
])(
  'a transaction that was not sent says why by its class, its name and its message ($1)',
  (error, name, message, retryable) => {
    expect([error instanceof NotSentError, error instanceof OgLedgerError]).toEqual([true, true])
    expect({ name: error.name, message: error.message, retryable: error.retryable }).toEqual({
      name,
      message,
      retryable,
    })
    expect(error.constructor.name).toBe(name)
  },
)

test('the cause of an error stays with it', () => {
  expect([new NotRecordedError(cause).cause, new SigningError(gas, { cause }).cause]).toEqual([cause, cause])
  expect(new NotSentError('Not sent.').name).toBe('NotSentError')
})

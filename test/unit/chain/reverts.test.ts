import { AbiCoder, id, Interface, makeError, type ErrorFragment } from 'ethers'
import { describe, expect, test } from 'vitest'
import { reasonOf, redact, safeCause } from '../../../src/chain/cause.ts'
import { missingCapability } from '../../../src/chain/capabilities.ts'
import { decodeReadRevert, revertData } from '../../../src/chain/reverts.ts'
import { decodeRevert, revertError } from '../../../src/chain/revert-error.ts'
import { ContractError, LedgerNotExistsError } from '../../../src/index.ts'
import { artifacts } from '../../../src/local/artifacts.ts'

const USER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const coder = AbiCoder.defaultAbiCoder()
const revert = (signature: string, ...args: unknown[]): string => {
  const types = /\((.*)\)/.exec(signature)?.[1]?.split(',').filter(Boolean) ?? []
  return id(signature).slice(0, 10) + coder.encode(types, args).slice(2)
}
const depositFor = { contract: 'ledger', method: 'depositFundFor', args: [USER] } as const
const noLedger = revert('LedgerNotExists(address)', USER)

describe('revert data', () => {
  const { ledger, inference, fineTuning } = artifacts()
  const declared = new Map<string, ErrorFragment>()
  for (const { abi } of [ledger, inference, fineTuning])
    Interface.from(abi).forEachError((error) => {
      if (!declared.has(error.selector)) declared.set(error.selector, error)
    })

  test('the deployed contracts have 62 errors, and four names occur twice', () => {
    const names = [...declared.values()].map(({ name }) => name)
    const repeated = names.filter((name, index) => names.indexOf(name) < index)
    expect([declared.size, repeated.toSorted()]).toEqual([
      62,
      ['AdditionalInfoTooLong', 'CallerNotLedger', 'LimitTooLarge', 'LockTimeOutOfRange'],
    ])
  })

  test.for([...declared.values()].map((error) => [error.format(), error] as const))('%s is decoded', ([, error]) => {
    const samples: Record<string, unknown> = { address: USER, string: 'why', uint256: 7n }
    const values = error.inputs.map(({ type }) => samples[type])
    const errorArgs = Object.fromEntries(error.inputs.map(({ name }, index) => [name, values[index]]))
    const data = error.selector + coder.encode(error.inputs, values).slice(2)
    expect(decodeRevert(data)).toEqual({ errorName: error.name, errorArgs })
    expect(decodeRevert(`0x${data.slice(2).toUpperCase()}`)).toEqual({ errorName: error.name, errorArgs })
  })

  test.for([
    ['0x69e0a42c', revert('AdditionalInfoTooLong(uint256,uint256)', 4097n, 4096n), { length: 4097n, max: 4096n }],
    ['0xef54fd9d', revert('AdditionalInfoTooLong()'), {}],
    ['0x062ba4db', revert('LimitTooLarge(uint256,uint256)', 51n, 50n), { limit: 51n, max: 50n }],
    ['0xbad7206a', revert('LimitTooLarge(uint256)', 51n), { limit: 51n }],
  ] as const)('%s is decoded by its selector, not by its name', ([selector, data, errorArgs]) => {
    expect(data.slice(0, 10)).toBe(selector)
    const errorName = selector === '0x062ba4db' || selector === '0xbad7206a' ? 'LimitTooLarge' : 'AdditionalInfoTooLong'
    expect(decodeRevert(data)).toEqual({ errorName, errorArgs })
  })

  test('a view call names the errors of view functions, and any other by its selector', () => {
    const limit = revert('LimitTooLarge(uint256)', 51n)
    const locked = revert('LedgerLocked()')
    expect([decodeReadRevert(limit), decodeReadRevert(locked), decodeReadRevert('0x')]).toEqual([
      { errorName: 'LimitTooLarge', errorArgs: { limit: 51n } },
      { errorName: locked, errorArgs: { data: locked } },
      null,
    ])
  })

  test('Error(string) of older contracts is decoded', () => {
    const text = revert('Error(string)', 'Insufficient balance')
    const decoded = { errorName: 'Error', errorArgs: { reason: 'Insufficient balance' } }
    expect([decodeRevert(text), decodeRevert(`0x${text.slice(2).toUpperCase()}`)]).toEqual([decoded, decoded])
  })

  test.for([
    [0x01n, 'an assertion failed'],
    [0x11n, 'an arithmetic operation overflowed or underflowed'],
    [0x12n, 'division by zero'],
    [0x21n, 'a value is outside of its enum'],
    [0x31n, 'pop of an empty array'],
    [0x32n, 'an array index is out of bounds'],
    [0x41n, 'too much memory was allocated'],
    [0x99n, 'unknown to Solidity'],
  ] as const)('the panic %s says %s', ([code, reason]) => {
    const data = revert('Panic(uint256)', code)
    expect(decodeRevert(data)).toEqual({ errorName: 'Panic', errorArgs: { code, reason } })
    expect(revertError('refund', { message: 'execution reverted', data })?.message).toContain(`reason:    ${reason}`)
  })

  test.for([
    ['unknown', '0xdeadbeef01', { errorName: '0xdeadbeef', errorArgs: { data: '0xdeadbeef01' } }],
    ['cut off', noLedger.slice(0, 40), { errorName: '0x7d2d536b', errorArgs: { data: noLedger.slice(0, 40) } }],
    ['not text', '0x08c379a0ff', { errorName: '0x08c379a0', errorArgs: { data: '0x08c379a0ff' } }],
    ['empty', '0x', null],
    ['shorter than a selector', '0x7d2d', null],
    ['not hex', 'Reverted', null],
  ] as const)('data that is %s stays as it is, or is no reason', ([, data, decoded]) => {
    expect(decodeRevert(data)).toEqual(decoded)
  })
})

describe('revert data is found', () => {
  const transaction = { to: USER, data: '0x2ba43b82', from: USER }
  const reason = { reason: null, invocation: null, revert: null, transaction }
  const wallet = { code: 3, message: 'execution reverted', data: noLedger }
  const limit = { code: -32005, message: 'limit exceeded', data: { see: 'https://x.y/z' } }
  /** ethers' error for any error that a node returns for an eth_call. */
  const nodeError = (error: object) =>
    Object.assign(makeError('missing revert data', 'CALL_EXCEPTION', { action: 'call', data: null, ...reason }), {
      info: { error, payload: { method: 'eth_call', params: [transaction] } },
    })
  const cycle: Record<string, unknown> = { message: 'a cycle' }
  cycle['cause'] = { error: cycle }

  test.for<[string, unknown, string | null]>([
    [
      "in ethers' error of estimateGas",
      makeError('execution reverted (unknown custom error)', 'CALL_EXCEPTION', {
        action: 'estimateGas',
        data: noLedger,
        ...reason,
      }),
      noLedger,
    ],
    [
      'in what ethers could not coalesce',
      makeError('could not coalesce error', 'UNKNOWN_ERROR', { error: wallet }),
      noLedger,
    ],
    ['in the info of a wrapped error', { code: 'UNKNOWN_ERROR', info: { error: wallet } }, noLedger],
    ['as a browser wallet gives it', { code: -32603, message: 'Internal JSON-RPC error.', data: wallet }, noLedger],
    [
      'in the data of the data',
      { code: -32603, data: { message: 'reverted', data: noLedger, txHash: '0x1234' } },
      noLedger,
    ],
    [
      'in the result of the data',
      { code: -32000, data: { hash: '0x12', programCounter: 7, result: noLedger } },
      noLedger,
    ],
    [
      'under the hash of a transaction',
      { code: -32000, data: { [`0x${'ab'.repeat(32)}`]: { error: 'revert', return: noLedger } } },
      noLedger,
    ],
    [
      'in the return data of a transaction',
      { data: { transaction: { to: USER, data: '0x2ba43b82', return: noLedger } } },
      noLedger,
    ],
    ['in the error of an error', { error: { error: wallet } }, noLedger],
    ['behind a word', { code: -32015, message: 'VM execution error.', data: `Reverted ${noLedger}` }, noLedger],
    ['in a message', { code: -32000, message: `execution reverted: custom error ${noLedger}` }, noLedger],
    [
      'in the body of an HTTP error',
      makeError('server response 400 Bad Request', 'SERVER_ERROR', {
        request: {} as never,
        info: { responseBody: JSON.stringify({ error: wallet }) },
      }),
      noLedger,
    ],
    ['in an original error', { code: -32603, data: { originalError: wallet } }, noLedger],
    ['under a chain of causes', new Error('a', { cause: new Error('b', { cause: wallet }) }), noLedger],
    ['missing, but the node says reverted', nodeError({ code: -32000, message: 'execution reverted' }), '0x'],
    ['in no other error of a call, though ethers calls all of them exceptions', nodeError(limit), null],
    ['missing, behind a word', { code: -32015, message: 'VM execution error.', data: 'Reverted 0x' }, '0x'],
    ['empty, but the code says reverted', { code: 3, message: 'failed', data: '0x' }, '0x'],
    ['in no transaction of a request', { code: -32000, data: { transaction: { to: USER, data: '0x2ba43b82' } } }, null],
    ['in no body of a batch', { info: { responseBody: JSON.stringify([{ error: wallet }]) } }, null],
    ['missing, but the message says reverted', { code: -32000, message: 'execution reverted' }, '0x'],
    [
      'in no error of funds, though a transaction has data',
      makeError('insufficient funds', 'INSUFFICIENT_FUNDS', { transaction }),
      null,
    ],
    [
      'in no error of a server',
      makeError('server response 500', 'SERVER_ERROR', { request: {} as never, info: {} }),
      null,
    ],
    ['in no error of a limit', limit, null],
    ['in no error with empty data', { code: -32000, message: 'nonce too low', data: '0x' }, null],
    ['in no cycle', cycle, null],
    ['in no text', 'execution failed', null],
    ['in nothing', undefined, null],
  ])('%s', ([, error, data]) => {
    expect(revertData(error)).toBe(data)
  })

  test("revertError has the class, name, arguments and message of the contract's error", () => {
    const error = revertError('transferFund', wallet)
    expect(error).toBeInstanceOf(LedgerNotExistsError)
    expect(error).toMatchObject({ operation: 'transferFund', errorName: 'LedgerNotExists', errorArgs: { user: USER } })
    expect(error?.message).toMatchInlineSnapshot(`
      "This wallet has no ledger.

      operation: transferFund
      error:     LedgerNotExists
      user:      0x70997970C51812dc3A010C7d01b50e0d17dc79C8
      do:        open one with addLedger or depositFund"
    `)
    expect(revertError('refund', { message: 'execution reverted' })).toEqual(
      new ContractError({ operation: 'refund', errorName: 'no reason' }),
    )
    expect(revertError('refund', new Error('timeout'))).toBeNull()
  })

  test.for([
    'execution reverted: not enough',
    "VM Exception while processing transaction: reverted with reason string 'not enough'",
    'VM Exception while processing transaction: revert not enough',
  ])('without data the reason comes from the message: %s', (message) => {
    const error = new ContractError({ operation: 'refund', errorName: 'Error', errorArgs: { reason: 'not enough' } })
    expect(revertError('refund', { code: -32000, message })).toEqual(error)
    expect(missingCapability(depositFor, { code: -32000, message })).toBeNull()
  })

  test('a revert without data and without reason may be a missing function', () => {
    expect(missingCapability(depositFor, { message: 'execution reverted' })).toMatchObject({
      name: 'CapabilityMissingError',
      capability: 'depositFundFor',
    })
    expect(missingCapability(depositFor, { message: 'execution reverted', data: noLedger })).toBeNull()
  })
})

describe("the safe part of a provider's error", () => {
  const raw = `0x02f8b2${'ab'.repeat(90)}`

  test.for<[string, string]>([
    ['https://rpc.example/v3/SECRET', 'https://rpc.example/…'],
    ['GET https://rpc.example?apikey=SECRET failed', 'GET https://rpc.example/… failed'],
    ['"wss://rpc.example:8546/ws/SECRET"', '"wss://rpc.example:8546/…"'],
    ['https://user:SECRET@rpc.example/', 'https://rpc.example/…'],
    ['https://user:SEC@RET@rpc.example/', 'https://rpc.example/…'],
    ['http://SECRET@127.0.0.1:8545', 'http://127.0.0.1:8545/…'],
    ['HTTPS://rpc.example/SECRET#SECRET', 'HTTPS://rpc.example/…'],
    ['https://rpc.example/a(1)/SECRET', 'https://rpc.example/…'],
    ["{ url: 'https://a.b/SECRET', then: 'http://c.d/SECRET' }", "{ url: 'https://a.b/…', then: 'http://c.d/…' }"],
    [`broadcast of ${raw} failed`, `broadcast of ${raw.slice(0, 12)}… failed`],
    [`transaction 0x${'cd'.repeat(32)} is known`, `transaction 0x${'cd'.repeat(32)} is known`],
    ['authorization: Bearer SECRET', 'authorization: Bearer …'],
    ['token app-sk-U0VDUkVU was refused', 'token app-sk-… was refused'],
  ])('%s', ([text, redacted]) => {
    expect(redact(text)).toBe(redacted)
  })

  test('is its short message and code, without stack, request or transaction', () => {
    const error = makeError('server response 401 from https://rpc.example/SECRET', 'SERVER_ERROR', {
      request: { url: 'https://rpc.example/SECRET' } as never,
      info: { payload: raw },
    })
    const cause = safeCause(error)
    expect([cause.name, cause.message, cause.stack, Object.keys(cause)]).toEqual([
      'SERVER_ERROR',
      'server response 401 from https://rpc.example/…',
      undefined,
      ['name'],
    ])
    expect(reasonOf(error)).toBe('server response 401 from https://rpc.example/… (SERVER_ERROR)')
  })

  test.for<[string, unknown, string]>([
    ['a plain error', new Error('first line\nsecond line'), 'first line'],
    [
      'a node error inside',
      { info: { error: { code: -32000, message: 'already known' } }, message: 'x' },
      'already known',
    ],
    ['a text', 'gone to https://a.b/SECRET', 'gone to https://a.b/…'],
    ['nothing', undefined, 'undefined'],
  ])('%s becomes one line', ([, error, line]) => {
    expect(reasonOf(error)).toBe(line)
  })
})

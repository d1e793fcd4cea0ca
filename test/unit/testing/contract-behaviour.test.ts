import { Signature, Wallet, ZeroAddress } from 'ethers'
import { beforeEach, describe, expect, test } from 'vitest'
import { settlementData, taskData } from '../../../src/chain/settlement-signature.ts'
import type { ContractCall } from '../../../src/testing/contracts/contract-call.ts'
import { createContracts, type Contracts } from '../../../src/testing/contracts/contracts.ts'

/** The behaviours that the network's own contract specs state, on the simulated contracts. */

const OG = 10n ** 18n
const DAY = 86_400
const STAKE = 100n * OG
const named = (digits: string) => `0x${digits.padStart(40, '0')}`
const addresses = { ledger: named('1'), inference: named('2'), fineTuning: named('3') }
const [owner, alice, bob, stranger] = [named('a1'), named('a2'), named('a3'), named('a4')]
const [provider, other] = [named('b1'), named('b2')]
const [second, third] = [named('c1'), named('c2')]
const tee = new Wallet(`0x${'7'.repeat(64)}`)
const NAMES = { inference: 'inference-v1.0', fineTuning: 'fine-tuning-v1.0' }

let contracts: Contracts
let now: number

function run(from: string, { contract, method, args }: ContractCall, value = 0n) {
  now += 1
  const call = { contract, method, args }
  const { gas: _, ...execution } = contracts.execute({ from, value, call, timestamp: now })
  return execution.ok ? execution : { ok: false as const, error: execution.error.name, args: execution.error.args }
}

const on =
  (contract: ContractCall['contract']) =>
  (method: string, ...args: unknown[]): ContractCall => ({ contract, method, args })
const [ledger, inference, fineTuning] = [on('ledger'), on('inference'), on('fineTuning')]

function look(call: ContractCall, from = ''): unknown {
  const answer = contracts.view(call, from)
  return answer.ok ? answer.value : answer.error.name
}

const balances = (call: ContractCall) => {
  const { balance, pendingRefund } = look(call) as { balance: bigint; pendingRefund: bigint }
  return { balance, pendingRefund }
}
const available = (user: string) => (look(ledger('getLedger', user)) as { availableBalance: bigint }).availableBalance

const offer = (change: object = {}) => ({
  serviceType: 'chatbot',
  url: 'https://one.invalid',
  model: 'one',
  verifiability: 'TeeML',
  inputPrice: 100n,
  outputPrice: 100n,
  additionalInfo: '',
  teeSignerAddress: tee.address,
  ...change,
})
const quota = { cpuCount: 1n, nodeMemory: 1n, gpuCount: 1n, nodeStorage: 1n, gpuType: 'one' }
const tuning = (url = 'https://one.invalid') => [url, quota, 100n, false, ['one'], tee.address]

async function settlement(
  change: { user?: string; totalFee?: bigint; nonce?: bigint; provider?: string } = {},
  by = tee,
) {
  const message = { requestsHash: `0x${'5'.repeat(64)}`, user: alice, provider, totalFee: OG, nonce: 1n, ...change }
  const data = settlementData({ chainId: 31337, verifyingContract: addresses.inference }, message)
  return { ...message, signature: await by.signTypedData(data.domain, data.types, data.message) }
}

async function task(
  change: { taskFee?: bigint; nonce?: bigint; encryptedSecret?: string; modelRootHash?: string } = {},
) {
  const message = {
    id: 'one',
    encryptedSecret: '0xab',
    modelRootHash: '0x12',
    user: alice,
    taskFee: OG,
    nonce: 1n,
    ...change,
  }
  const data = taskData({ chainId: 31337, verifyingContract: addresses.fineTuning }, message)
  return { ...message, signature: await tee.signTypedData(data.domain, data.types, data.message) }
}

beforeEach(() => {
  now = 1_000
  contracts = createContracts({ addresses, owner, lockTime: DAY, registeredAt: 500, unlinked: [second, third] })
  for (const address of [owner, alice, bob, provider, other]) contracts.mint(address, 1_000n * OG)
  run(alice, ledger('addLedger', 'info'), 20n * OG)
  run(bob, ledger('addLedger', ''), 10n * OG)
  for (const from of [provider, other]) run(from, inference('addOrUpdateService', offer()), STAKE)
  run(provider, fineTuning('addOrUpdateService', ...tuning()), STAKE)
  run(owner, inference('acknowledgeTEESignerByOwner', provider))
  run(owner, fineTuning('acknowledgeTEESignerByOwner', provider))
  run(alice, ledger('transferFund', provider, NAMES.inference, 4n * OG))
  run(alice, ledger('transferFund', provider, NAMES.fineTuning, 4n * OG))
  run(bob, ledger('transferFund', provider, NAMES.inference, 2n * OG))
})

describe('registry', () => {
  const register = (version: string, address: string, from = owner) =>
    run(from, ledger('registerService', 'inference', version, address, 'Another'))

  test('the owner registers a version, which is not recommended', () => {
    expect(register('v2.0', second)).toEqual({
      ok: true,
      value: undefined,
      events: [
        {
          contract: 'ledger',
          name: 'ServiceRegistered',
          args: { serviceAddress: second, serviceName: 'inference-v2.0' },
        },
      ],
    })
    expect(look(ledger('getServiceInfo', second))).toEqual({
      serviceAddress: second,
      serviceContract: second,
      serviceType: 'inference',
      version: 'v2.0',
      fullName: 'inference-v2.0',
      description: 'Another',
      isRecommended: false,
      registeredAt: BigInt(now),
    })
    expect(look(ledger('getServiceAddressByName', 'inference-v2.0'))).toBe(second)
    expect((look(ledger('getAllActiveServices')) as { fullName: string }[]).map(({ fullName }) => fullName)).toEqual([
      'inference-v1.0',
      'fine-tuning-v1.0',
      'inference-v2.0',
    ])
  })

  test('one version of a type is recommended at a time', () => {
    register('v2.0', second)
    const { ok, events } = run(owner, ledger('setRecommendedService', 'inference', 'v2.0')) as {
      ok: boolean
      events: unknown[]
    }
    expect({ ok, count: events.length }).toEqual({ ok: true, count: 1 })
    expect(look(ledger('getRecommendedService', 'inference'))).toEqual({ version: 'v2.0', serviceAddress: second })
    expect(look(ledger('getAllVersions', 'inference'))).toEqual({
      versions: ['v1.0', 'v2.0'],
      addresses: [addresses.inference, second],
      isRecommendedFlags: [false, true],
    })
    expect(look(ledger('isRecommendedVersion', 'inference', 'v1.0'))).toBe(false)
    expect(look(ledger('isRecommendedVersion', 'fine-tuning', 'v1.0'))).toBe(true)
    expect(look(ledger('getRecommendedService', 'storage'))).toBe('NoRecommendedService')
  })

  test('wrong registrations are refused, each for its reason', () => {
    const refusals = [
      register('v1.0', second),
      register('v2.0', addresses.inference),
      register('v2.0', stranger),
      register('v2.0', ZeroAddress),
      register('', second),
      run(owner, ledger('registerService', '', 'v2.0', second, '')),
      run(owner, ledger('setRecommendedService', 'inference', 'v9.9')),
    ]
    expect(refusals.map((one) => (one.ok ? 'ok' : one.error))).toEqual([
      'ServiceNameExists',
      'ServiceAlreadyRegistered',
      'ServiceMustImplementIServing',
      'InvalidServiceAddress',
      'VersionRequired',
      'ServiceTypeRequired',
      'ServiceNotFound',
    ])
  })

  test('all that the owner may do is refused to every other caller', () => {
    const calls = [
      ledger('registerService', 'inference', 'v2.0', second, ''),
      ledger('setRecommendedService', 'inference', 'v1.0'),
      ledger('transferOwnership', alice),
      ledger('renounceOwnership'),
      ...[inference, fineTuning].flatMap((serving) => [
        serving('updateLockTime', 7_200n),
        serving('acknowledgeTEESignerByOwner', provider),
        serving('revokeTEESignerAcknowledgement', provider),
        serving('transferOwnership', alice),
      ]),
      fineTuning('updatePenaltyPercentage', 10n),
    ]
    const refused = { ok: false, error: 'Error', args: { reason: 'Ownable: caller is not the owner' } }
    expect(calls.map((call) => run(alice, call))).toEqual(calls.map(() => refused))
  })

  test('a new owner takes over, and an initializer runs once', () => {
    run(owner, ledger('transferOwnership', alice))
    expect(look(ledger('owner'))).toBe(alice)
    expect(register('v2.0', second)).toMatchObject({ ok: false })
    expect(register('v2.0', second, alice)).toMatchObject({ ok: true })
    expect(run(alice, ledger('initialize', alice))).toMatchObject({ ok: false, error: 'AlreadyInitialized' })
  })

  test('nothing can be paid into a registered contract that does not know the ledger', () => {
    register('v2.0', second)
    expect(run(alice, ledger('transferFund', provider, 'inference-v2.0', OG))).toMatchObject({ error: 'CallFailed' })
    expect(look(ledger('getLedgerProviders', alice, 'inference-v2.0'))).toEqual([])
  })
})

describe('ledger', () => {
  test('addLedger returns the deposit, and a second one is refused', () => {
    expect(run(other, ledger('addLedger', ''), 3n * OG)).toEqual({ ok: true, events: [], value: [3n * OG, 0n] })
    expect(run(other, ledger('addLedger', ''), 3n * OG)).toMatchObject({ error: 'LedgerExists' })
  })

  test('deposits add up, also for another wallet, and open a ledger from the minimum on', () => {
    run(bob, ledger('depositFund'), OG)
    run(alice, ledger('depositFundFor', bob), OG)
    expect(available(bob)).toBe(10n * OG)
    expect(run(other, ledger('depositFund'), OG)).toMatchObject({ error: 'MinimumDepositRequired' })
    run(other, ledger('depositFund'), 5n * OG)
    expect(available(other)).toBe(5n * OG)
    expect(run(bob, ledger(''), OG)).toMatchObject({ error: 'DirectDepositsDisabled' })
  })

  test.each([
    [6n * OG, { balance: 6n * OG, pendingRefund: 0n }],
    [OG, { balance: 4n * OG, pendingRefund: 3n * OG }],
  ])('a transfer of %s wei cancels a refund first', (amount, expected) => {
    run(alice, ledger('retrieveFund', [provider], NAMES.inference))
    run(alice, ledger('transferFund', provider, NAMES.inference, amount))
    expect(balances(inference('getAccount', alice, provider))).toEqual(expected)
  })

  test.each(['inference', 'fineTuning'] as const)('a refund of %s is locked for the lock time', (service) => {
    run(alice, ledger('retrieveFund', [provider], NAMES[service]))
    const before = available(alice)
    now += DAY - 2
    run(alice, ledger('retrieveFund', [provider], NAMES[service]))
    expect(available(alice)).toBe(before)
    run(alice, ledger('retrieveFund', [provider], NAMES[service]))
    expect(available(alice) - before).toBe(4n * OG)
  })

  test('a refund of everything deletes the ledger with its sub-accounts', () => {
    run(bob, ledger('retrieveFund', [provider], NAMES.inference))
    expect(run(bob, ledger('deleteLedger'))).toMatchObject({ error: 'MustWithdrawAllFundsFirst' })
    now += DAY
    run(bob, ledger('retrieveFund', [provider], NAMES.inference))
    run(bob, ledger('refund', 10n * OG))
    expect(look(ledger('getLedger', bob))).toBe('LedgerNotExists')
    expect(look(inference('getAccount', bob, provider))).toBe('AccountNotExists')
    expect(contracts.balanceOf(bob)).toBe(1_000n * OG)
  })
})

describe('inference', () => {
  test('lists give pages of accounts, and refuse more than 50', () => {
    const list = (...args: unknown[]) =>
      look(inference('getAccountsByProvider', ...args)) as { accounts: { user: string }[]; total: bigint }
    expect(list(provider, 0n, 0n).accounts.map(({ user }) => user)).toEqual([alice, bob])
    expect(list(provider, 1n, 1n).accounts.map(({ user }) => user)).toEqual([bob])
    expect(list(provider, 0n, 51n)).toBe('LimitTooLarge')
    const batch = look(inference('getBatchAccountsByUsers', [alice, stranger, bob]), provider) as { user: string }[]
    expect(batch.map(({ user }) => user)).toEqual([alice, ZeroAddress, bob])
  })

  test('services come, change and go, with their stake', () => {
    run(provider, inference('addOrUpdateService', offer({ inputPrice: 7n })))
    expect(look(inference('getService', provider))).toMatchObject({ inputPrice: 7n, teeSignerAcknowledged: true })
    run(provider, inference('addOrUpdateService', offer({ model: 'two' })))
    expect(look(inference('getService', provider))).toMatchObject({ model: 'two', teeSignerAcknowledged: false })
    expect(look(inference('getAllServices', 0n, 0n))).toMatchObject({ total: 2n })
    run(other, inference('removeService'))
    expect(look(inference('getService', other))).toBe('ServiceNotExist')
    expect(contracts.balanceOf(other)).toBe(1_000n * OG)
    expect(run(other, inference('removeService'))).toMatchObject({ error: 'ServiceNotExist' })
  })

  test('a settlement that the TEE signer signed pays the provider, and returns its status', async () => {
    const before = contracts.balanceOf(provider)
    expect(run(provider, inference('settleFeesWithTEE', [await settlement()]))).toMatchObject({ ok: true, value: [0n] })
    expect(contracts.balanceOf(provider) - before).toBe(OG)
    expect(balances(inference('getAccount', alice, provider))).toEqual({ balance: 3n * OG, pendingRefund: 0n })
  })

  test('each settlement of a batch has a status of its own, in a preview too', async () => {
    const batch = [
      await settlement({ totalFee: 5n * OG, nonce: 1n }),
      await settlement({ nonce: 1n }),
      await settlement({ user: bob }, new Wallet(`0x${'8'.repeat(64)}`)),
      { ...(await settlement({ user: bob })), totalFee: 2n },
      { ...(await settlement({ user: bob })), signature: '0x1234' },
      await settlement({ user: bob, provider: other }),
      await settlement({ user: bob, totalFee: OG }),
    ]
    expect(look(inference('previewSettlementResults', batch), provider)).toEqual({
      failedUsers: [bob, bob, bob, bob],
      failureReasons: [5n, 5n, 5n, 2n],
      partialUsers: [alice],
      partialAmounts: [OG],
    })
    const { value } = run(provider, inference('settleFeesWithTEE', batch)) as { value: unknown }
    expect(value).toEqual([1n, 4n, 5n, 5n, 5n, 2n, 0n])
    run(owner, inference('revokeTEESignerAcknowledgement', provider))
    const unaccepted = [await settlement({ user: bob, nonce: 2n })]
    expect(run(provider, inference('settleFeesWithTEE', unaccepted))).toMatchObject({ value: [3n] })
  })

  test('a batch holds 1 to 50 settlements, in a preview too', async () => {
    const one = await settlement()
    const many = Array.from({ length: 51 }, () => one)
    const preview = (batch: unknown[]) => look(inference('previewSettlementResults', batch), provider)
    expect([preview([]), preview(many)]).toEqual(['NoSettlementsProvided', 'TooManySettlements'])
    expect(run(provider, inference('settleFeesWithTEE', many))).toMatchObject({ args: { count: 51n, max: 50n } })
  })

  test('a signature for another chain or another contract is invalid', async () => {
    const { signature: _, ...message } = await settlement()
    const places = [
      { chainId: 1, verifyingContract: addresses.inference },
      { chainId: 31337, verifyingContract: addresses.fineTuning },
    ]
    const batch = await Promise.all(
      places.map(async (place) => {
        const data = settlementData(place, message)
        return { ...message, signature: await tee.signTypedData(data.domain, data.types, data.message) }
      }),
    )
    expect(run(provider, inference('settleFeesWithTEE', batch))).toMatchObject({ value: [5n, 5n] })
  })

  test.each([
    ['v is 0 or 1', (signed: string) => signed.slice(0, -2) + (signed.endsWith('1b') ? '00' : '01')],
    ['it is a byte short', (signed: string) => signed.slice(0, -2)],
    ['it is compact', (signed: string) => Signature.from(signed).compactSerialized],
  ])('a signature is invalid where %s', async (_, change) => {
    const signed = await settlement()
    const spoilt = { ...signed, signature: change(signed.signature) }
    expect(run(provider, inference('settleFeesWithTEE', [spoilt]))).toMatchObject({ value: [5n] })
  })

  test('a fee above what is free cancels the newest refunds', async () => {
    run(alice, ledger('retrieveFund', [provider], NAMES.inference))
    run(provider, inference('settleFeesWithTEE', [await settlement()]))
    expect(balances(inference('getAccount', alice, provider))).toEqual({ balance: 3n * OG, pendingRefund: 3n * OG })
  })

  test('tokens are revoked one by one, several at once, and all of them', () => {
    run(alice, inference('revokeToken', provider, 3n))
    run(alice, inference('revokeTokens', provider, [4n, 5n]))
    const revoked = () => [2n, 3n, 4n, 5n].map((token) => look(inference('isTokenRevoked', alice, provider, token)))
    expect(revoked()).toEqual([false, true, true, true])
    run(alice, inference('revokeAllTokens', provider))
    expect(look(inference('getAccount', alice, provider))).toMatchObject({ generation: 1n, revokedBitmap: 0n })
  })
})

describe('fine-tuning', () => {
  const deliver = () => run(provider, fineTuning('addDeliverable', alice, 'one', '0x12'))
  const acknowledge = () => run(alice, fineTuning('acknowledgeDeliverable', provider, 'one'))

  test('acknowledged work is paid whole, and its secret is published', async () => {
    deliver()
    acknowledge()
    expect(run(provider, fineTuning('settleFees', await task()))).toMatchObject({ ok: true, value: undefined })
    expect(balances(fineTuning('getAccount', alice, provider))).toEqual({ balance: 3n * OG, pendingRefund: 0n })
    expect(look(fineTuning('getDeliverable', alice, provider, 'one'))).toMatchObject({
      settled: true,
      encryptedSecret: '0xab',
    })
  })

  test('work without acknowledgement is paid in part', async () => {
    deliver()
    run(provider, fineTuning('settleFees', await task({ encryptedSecret: '0x' })))
    expect(balances(fineTuning('getAccount', alice, provider))).toEqual({
      balance: 37n * (OG / 10n),
      pendingRefund: 0n,
    })
  })

  test('wrong settlements are refused, each for its reason', async () => {
    deliver()
    acknowledge()
    const settle = async (change: object) => run(provider, fineTuning('settleFees', { ...(await task()), ...change }))
    const refusals = [
      await settle({ nonce: 0n }),
      await settle({ taskFee: 5n * OG }),
      await settle({ id: 'two' }),
      await settle({ modelRootHash: '0x99' }),
      await settle({ taskFee: 1n }),
      run(provider, fineTuning('settleFees', await task({ encryptedSecret: '0x' }))),
    ]
    expect(refusals.map((one) => (one.ok ? 'ok' : (one.args['reason'] ?? one.error)))).toEqual([
      'nonce should larger than the current nonce',
      'insufficient balance',
      'DeliverableNotExists',
      'model root hash mismatch',
      'TEE settlement validation failed',
      'SecretShouldNotBeEmpty',
    ])
  })

  test('a deliverable is settled and acknowledged once', async () => {
    deliver()
    expect(deliver()).toMatchObject({ error: 'DeliverableAlreadyExists' })
    acknowledge()
    run(provider, fineTuning('settleFees', await task()))
    expect(acknowledge()).toMatchObject({ error: 'CannotAcknowledgeSettledDeliverable' })
    expect(run(provider, fineTuning('settleFees', await task({ nonce: 2n })))).toMatchObject({
      error: 'DeliverableAlreadySettled',
    })
  })

  test('the owner changes lock and penalty within their limits', () => {
    run(owner, fineTuning('updateLockTime', 7_200n))
    run(owner, fineTuning('updatePenaltyPercentage', 50n))
    expect([look(fineTuning('lockTime')), look(fineTuning('penaltyPercentage'))]).toEqual([7_200n, 50n])
    expect(run(owner, fineTuning('updatePenaltyPercentage', 101n))).toMatchObject({ error: 'PenaltyPercentageTooHigh' })
    expect(run(owner, fineTuning('updateLockTime', 604_801n))).toMatchObject({ error: 'LockTimeOutOfRange' })
  })
})

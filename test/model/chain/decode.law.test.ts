import { AbiCoder, getAddress, type Result } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fineTuningAbi, inferenceAbi, ledgerAbi, multicallAbi } from '../../../src/chain/abi.ts'
import { decodeAccounts, decodeLedger } from '../../../src/chain/decode.ts'
import type { RawAccount } from '../../../src/chain/raw.types.ts'
import { multicallBatch } from '../../../src/chain/batch.ts'
import { ReadError, type ServiceType } from '../../../src/index.ts'

const RUNS = Number(process.env['LAW_RUNS'] ?? 60)

const uint = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: 0n, max: 10n }))
const address = fc
  .bigInt({ min: 0n, max: 2n ** 160n - 1n })
  .map((one) => getAddress(`0x${one.toString(16).padStart(40, '0')}`))
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(''), fc.constant('\ufeffinfo'))
const refund = fc.tuple(uint, uint, uint, fc.boolean())
const refunds = fc.array(refund, { maxLength: 4 })
const inferenceAccount = fc.tuple(address, address, uint, uint, uint, refunds, text, fc.boolean(), uint, uint, uint)
const fineTuningAccount = fc.tuple(address, address, uint, uint, uint, text, uint, uint, fc.boolean())

/** What a wrong node may do to an answer: change a byte or a word, cut it, or add to it. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    kind: fc.constant('word' as const),
    at: fc.nat(),
    value: fc.oneof(uint, fc.bigInt({ min: 0n, max: 2_000n })),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.constant(0) }),
  fc.record({ kind: fc.constant('add' as const), at: fc.nat(64), value: fc.constant(0) }),
)
type Damage = typeof damage extends fc.Arbitrary<infer One> ? One : never

describe.each([
  ['inference', inferenceAbi, inferenceAccount],
  ['fine-tuning', fineTuningAbi, fineTuningAccount],
] as const)('a list of %s accounts', (serviceType, abi, account) => {
  const lists = fc.tuple(fc.array(account as fc.Arbitrary<unknown[]>, { maxLength: 4 }), fc.nat(1_000))
  const encoded = lists.map(([accounts, total]) => abi.encodeFunctionResult('getAccountsByUser', [accounts, total]))

  test('is decoded as ethers decodes it', () => {
    fc.assert(
      fc.property(encoded, (data) => {
        expect(decodeAccounts({ reverted: false, data }, serviceType)).toEqual(byEthers(data))
      }),
      { numRuns: RUNS },
    )
  })

  test('that is damaged is refused, or decoded as ethers decodes it', () => {
    fc.assert(
      fc.property(encoded, fc.array(damage, { minLength: 1, maxLength: 3 }), (data, all) => {
        const damaged = all.reduce(damagedBy, data)
        const [mine, theirs] = [
          answerOf(() => decodeAccounts({ reverted: false, data: damaged }, serviceType)),
          answerOf(() => byEthers(damaged)),
        ]
        if (mine instanceof Error) expect(mine).toBeInstanceOf(ReadError)
        else expect(mine).toEqual(theirs)
      }),
      { numRuns: 5 * RUNS },
    )
  })

  function byEthers(data: string): { accounts: RawAccount[]; total: number } {
    const [accounts, total] = abi.decodeFunctionResult('getAccountsByUser', data) as unknown as [Result[], bigint]
    return {
      accounts: [...accounts].map((one) => plain(one as unknown as RawAccount, serviceType)),
      total: Number(total),
    }
  }
})

describe('a ledger', () => {
  const ledgers = fc.tuple(address, uint, uint, text).map((one) => ledgerAbi.encodeFunctionResult('getLedger', [one]))
  const byEthers = (data: string) => {
    const [ledger] = ledgerAbi.decodeFunctionResult('getLedger', data)
    const { user, availableBalance, totalBalance } = ledger as {
      user: string
      availableBalance: bigint
      totalBalance: bigint
    }
    // Its address must be one.
    getAddress(user)
    const [available, total] = [availableBalance, totalBalance]
    return { available, total, locked: total - available, additionalInfo: textIn(ledger as Result) }
  }

  test('is decoded as ethers decodes it, damaged or not', () => {
    fc.assert(
      fc.property(ledgers, fc.array(damage, { maxLength: 2 }), (data, all) => {
        const damaged = all.reduce(damagedBy, data)
        const [mine, theirs] = [
          answerOf(() => decodeLedger({ reverted: false, data: damaged })),
          answerOf(() => byEthers(damaged)),
        ]
        if (mine instanceof Error) expect([mine instanceof ReadError, all.length > 0]).toEqual([true, true])
        else expect(mine).toEqual(theirs)
      }),
      { numRuns: 3 * RUNS },
    )
  })

  test('whose text is no UTF-8 has the replacement character instead', () => {
    const data = AbiCoder.defaultAbiCoder().encode(
      ['tuple(address,uint256,uint256,bytes)'],
      [['0x0000000000000000000000000000000000000001', 1n, 2n, '0xff']],
    )
    expect(decodeLedger({ reverted: false, data })?.additionalInfo).toBe('\ufffd')
  })
})

test('the outcomes of aggregate3 are decoded as ethers decodes them, damaged or not', async () => {
  const bytes = fc.uint8Array({ maxLength: 100 }).map((one) => `0x${Buffer.from(one).toString('hex')}`)
  const outcomes = fc.array(fc.tuple(fc.boolean(), bytes), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(outcomes, fc.array(damage, { maxLength: 2 }), async (all, damages) => {
      const data = damages.reduce(damagedBy, multicallAbi.encodeFunctionResult('aggregate3', [all]))
      const rpc = { call: () => Promise.resolve(data) }
      const mine = await multicallBatch(rpc as never, '0xcA11bde05977b3631167028862bE2a173976CA11')([], 'latest').catch(
        (error: unknown) => error,
      )
      const theirs = answerOf(() => {
        const [results] = multicallAbi.decodeFunctionResult('aggregate3', data) as unknown as [[boolean, string][]]
        return results.map(([success, one]) => ({ reverted: !success, data: one }))
      })
      if (mine instanceof Error) expect([mine instanceof ReadError, damages.length > 0]).toEqual([true, true])
      else expect(mine).toEqual(theirs)
    }),
    { numRuns: 3 * RUNS },
  )
})

test('offsets that lead to the same words again and again end in a refusal, not in a long wait', () => {
  const word = (value: bigint | number) => BigInt(value).toString(16).padStart(64, '0')
  // Two thousand accounts whose refunds are one list of two thousand.
  const count = 2_000
  const account = [0, 1, 0, 0, 0, 11 * 32, 11 * 32 + 32 * (1 + 4 * count), 1, count, 0, 0].map(word).join('')
  const list = word(count) + word(0).repeat(4 * count)
  const body = account + list + word(0)
  const data = `0x${word(64)}${word(count)}${word(count)}${word(count * 32).repeat(count)}${body}`
  expect(() => decodeAccounts({ reverted: false, data }, 'inference')).toThrow(ReadError)
})

function answerOf<T>(decode: () => T): T | Error {
  try {
    return decode()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function plain(raw: RawAccount, serviceType: ServiceType): RawAccount {
  const { provider, balance, pendingRefund, acknowledged, validRefundsLength } = raw
  const own = { provider, balance, pendingRefund, acknowledged, validRefundsLength }
  if (serviceType === 'fine-tuning') return own
  const all = [...(raw.refunds ?? [])].map(({ amount, createdAt }) => ({ amount, createdAt }))
  return { ...own, refunds: all, revokedBitmap: raw.revokedBitmap ?? 0n }
}

function textIn(ledger: Result): string {
  try {
    return String(ledger['additionalInfo'])
  } catch {
    return '\ufffd'
  }
}

function damagedBy(data: string, { kind, at, value }: Damage): string {
  const words = (data.length - 2) / 64
  if (kind === 'cut') return data.slice(0, 2 + (at % (data.length - 1)))
  if (kind === 'add') return `${data}${'0'.repeat(at)}`
  const size = kind === 'byte' ? 2 : 64
  const place = 2 + size * (at % Math.max(1, Math.floor(words * (64 / size))))
  return data.slice(0, place) + BigInt(value).toString(16).padStart(size, '0') + data.slice(place + size)
}

import { assert, bigInt, constant, constantFrom, oneof, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFeeHistory } from '../../../src/chain/fee-history.ts'
import { createFeeOracle } from '../../../src/chain/fee-oracle.ts'
import { feesOf, HIGHEST_TIP, USUAL_TIP, type FeeFacts, type FeeHistory } from '../../../src/chain/fees.ts'
import type { BlockHeader } from '../../../src/chain/rpc.types.ts'

const GWEI = 10n ** 9n
/** 0.1 OG per gas. */
const ABSURD = 10n ** 17n

const historyOf = (tips: readonly bigint[], baseFee = GWEI): FeeHistory => ({
  baseFees: [baseFee, baseFee, baseFee],
  tips: tips.map((tip) => ({ low: tip, median: tip, high: tip })),
})
/** 0G: every transaction pays a tip of 2 gwei at least. */
const og = historyOf([2n * GWEI, 2n * GWEI, 3n * GWEI, 2n * GWEI])
const facts = (more: Partial<FeeFacts> = {}): FeeFacts => ({
  baseFee: GWEI,
  gasPrice: null,
  suggestedTip: 2n * GWEI,
  history: og,
  demandedTip: 0n,
  ...more,
})
const tipOf = (more: Partial<FeeFacts>) => {
  const fees = feesOf(facts(more))
  return fees && 'maxPriorityFeePerGas' in fees ? fees.maxPriorityFeePerGas : null
}

describe('the tip', () => {
  test.for<[string, Partial<FeeFacts>, bigint]>([
    ['is the suggestion', { suggestedTip: 3n * GWEI }, 3n * GWEI],
    ['is the usual one of the last blocks where the node suggests none', { suggestedTip: null }, 2n * GWEI],
    ['is the usual one of the last blocks where the node suggests 0', { suggestedTip: 0n }, 2n * GWEI],
    ['is the usual one of the last blocks where the node suggests 1 wei', { suggestedTip: 1n }, 2n * GWEI],
    ['is 2 gwei without any knowledge', { suggestedTip: null, history: null }, USUAL_TIP],
    ['is 2 gwei where the node suggests 1 wei and has no history', { suggestedTip: 1n, history: null }, USUAL_TIP],
    ['is 2 gwei where the last blocks are empty', { suggestedTip: 0n, history: historyOf([]) }, USUAL_TIP],
    [
      'is 2 gwei where the tips of the last blocks are 0',
      { suggestedTip: null, history: historyOf([0n, 0n, 0n]) },
      USUAL_TIP,
    ],
    ['is not below the lowest of the last blocks', { suggestedTip: GWEI / 10n }, 2n * GWEI],
    [
      'keeps a low suggestion where two blocks say too little',
      { suggestedTip: GWEI, history: historyOf([9n * GWEI, 9n * GWEI]) },
      GWEI,
    ],
    [
      'follows a whale only to 20 gwei',
      { suggestedTip: GWEI, history: historyOf([900n, 900n, 900n].map((tip) => tip * GWEI)) },
      20n * GWEI,
    ],
    ['is the highest of the last blocks where the suggestion is absurd', { suggestedTip: ABSURD }, 3n * GWEI],
    [
      'is the highest of the last blocks where the suggestion is 11 times as high',
      { suggestedTip: 33n * GWEI },
      3n * GWEI,
    ],
    ['is a suggestion ten times as high', { suggestedTip: 30n * GWEI }, 30n * GWEI],
    [
      'is 2 gwei where the suggestion is absurd and there is no history',
      { suggestedTip: ABSURD, history: null },
      USUAL_TIP,
    ],
    [
      'is not absurd where the history is',
      { suggestedTip: null, history: historyOf([ABSURD, ABSURD, ABSURD]) },
      HIGHEST_TIP,
    ],
    ['is the one that a refusal demands', { suggestedTip: GWEI, history: null, demandedTip: 5n * GWEI }, 5n * GWEI],
    ['is not absurd where a refusal demands it', { history: null, demandedTip: ABSURD }, 100n * GWEI],
  ])('%s', ([, more, tip]) => {
    expect(tipOf(more)).toBe(tip)
  })
})

describe('fees', () => {
  test.for<[string, Partial<FeeFacts>, ReturnType<typeof feesOf>]>([
    ['are twice the base fee and the tip', {}, { maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI }],
    [
      'have the base fee of the history where the block has none',
      { baseFee: null },
      { maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI },
    ],
    [
      'have the base fee of the history where the block names an absurd one',
      { baseFee: ABSURD },
      { maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI },
    ],
    [
      'have the base fee of the block where the history names an absurd one',
      { history: historyOf([2n * GWEI], ABSURD) },
      { maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI },
    ],
    [
      'bound an absurd base fee without a history',
      { baseFee: ABSURD, history: null },
      { maxFeePerGas: 20_000n * GWEI + 2n * GWEI, maxPriorityFeePerGas: 2n * GWEI },
    ],
    [
      'are a gas price without EIP-1559',
      { baseFee: null, history: null, gasPrice: 7n * GWEI },
      { gasPrice: 7n * GWEI },
    ],
    ['are a gas price of 0 on a chain without fees', { baseFee: null, history: null, gasPrice: 0n }, { gasPrice: 0n }],
    [
      'are the usual price of the last blocks where the gas price is absurd',
      { baseFee: null, gasPrice: ABSURD, history: historyOf([5n * GWEI, 4n * GWEI, 5n * GWEI], 0n) },
      { gasPrice: 5n * GWEI },
    ],
    ['are none where the gas price is absurd', { baseFee: null, history: null, gasPrice: ABSURD }, null],
    ['are none without any price', { baseFee: null, history: null }, null],
  ])('%s', ([, more, fees]) => {
    expect(feesOf(facts(more))).toEqual(fees)
  })

  test('never follow one absurd answer, whichever it is', () => {
    const wei = oneof(constant(null), constantFrom(0n, 1n, ABSURD, 10n ** 30n), bigInt(0n, 100n * GWEI))
    const sound = { baseFee: GWEI, gasPrice: 3n * GWEI, suggestedTip: 2n * GWEI, history: og, demandedTip: 0n }
    const wrong = oneof(
      record({ baseFee: wei }),
      record({ gasPrice: wei }),
      record({ suggestedTip: wei }),
      record({ demandedTip: oneof(constantFrom(0n, ABSURD), bigInt(0n, GWEI)) }),
      record({
        history: oneof(
          constant(null),
          constantFrom(historyOf([ABSURD, ABSURD, ABSURD], ABSURD), historyOf([0n, 0n, 0n], 0n)),
        ),
      }),
    )
    assert(
      property(wrong, (one) => {
        const fees = feesOf({ ...sound, ...one })
        if (!fees || 'gasPrice' in fees) throw new Error('The chain has a base fee.')
        expect(fees.maxPriorityFeePerGas).toBeGreaterThanOrEqual(2n * GWEI)
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(100n * GWEI)
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(300n * GWEI)
      }),
    )
  })
})

test('a fee history omits empty blocks and answers that are no numbers', () => {
  expect(
    decodeFeeHistory({
      oldestBlock: '0x1',
      baseFeePerGas: ['0x1', null, '0x3'],
      gasUsedRatio: [0, 0.5, 0.5],
      reward: [
        ['0x0', '0x0', '0x0'],
        ['0x1', '0x2', '0x3'],
        ['0x1', 'x', '0x3'],
      ],
    }),
  ).toEqual({ baseFees: [1n, 3n], tips: [{ low: 1n, median: 2n, high: 3n }] })
  expect([null, '0x', {}, { reward: [] }].map(decodeFeeHistory)).toEqual([null, null, null, null])
})

describe('the fee oracle', () => {
  const header = (baseFee: bigint | null): BlockHeader => ({
    number: 1,
    timestamp: 1,
    hash: null,
    baseFee,
    transactions: [],
  })
  const failing = () => Promise.reject(new Error('method not found'))
  const oracleOf = (answers: { baseFee?: bigint | null; gasPrice?: bigint } = {}) =>
    createFeeOracle({
      block: () => Promise.resolve(header(answers.baseFee === undefined ? GWEI : answers.baseFee)),
      gasPrice: () => Promise.resolve(answers.gasPrice ?? null),
      suggestedTip: failing,
      feeHistory: failing,
    })

  test('needs neither a suggestion nor a history', async () => {
    expect(await oracleOf().fees()).toEqual({ maxFeePerGas: 4n * GWEI, maxPriorityFeePerGas: 2n * GWEI })
    expect(await oracleOf({ baseFee: null, gasPrice: 5n }).fees()).toEqual({ gasPrice: 5n })
    await expect(oracleOf({ baseFee: null }).fees()).rejects.toMatchObject({ name: 'ReadError' })
    await expect(oracleOf({ baseFee: null, gasPrice: ABSURD }).fees()).rejects.toThrow(
      'no gas price that can be believed',
    )
  })

  test.for<[string, unknown, bigint]>([
    [
      'the number in it',
      { error: { message: 'transaction gas price below minimum: gas tip cap 1, minimum needed 6000000000' } },
      6n * GWEI,
    ],
    [
      'the number of an older node',
      new Error('transaction underpriced: tip needed 7000000000, tip permitted 1'),
      7n * GWEI,
    ],
    ['twice the last tip without a number', new Error('transaction underpriced'), 4n * GWEI],
    [
      'at most 100 gwei',
      new Error('transaction gas price below minimum: minimum needed 99999999999999999999'),
      100n * GWEI,
    ],
    ['nothing from a refused replacement', new Error('replacement transaction underpriced'), 2n * GWEI],
    ['nothing from another error', new Error('nonce too low'), 2n * GWEI],
  ])('learns from a refusal: %s', async ([, error, tip]) => {
    const oracle = oracleOf()
    await oracle.fees()
    oracle.learn(error)
    expect(await oracle.fees()).toMatchObject({ maxPriorityFeePerGas: tip })
    oracle.learn(new Error('minimum needed 1: transaction underpriced'))
    expect(await oracle.fees()).toMatchObject({ maxPriorityFeePerGas: tip })
  })
})

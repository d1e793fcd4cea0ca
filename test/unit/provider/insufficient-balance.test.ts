import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ogToWei, weiToOg } from '../../../src/index.ts'
import { parseInsufficientBalance } from '../../../src/provider/insufficient-balance.ts'

const current =
  'validate request: insufficient balance: your locked balance is 1.443572 0G, but the required minimum is 1.449911 0G ' +
  '(breakdown: minimum reserve 1.000000 0G + unsettled fees 0.449910 0G + current request fee 0.000001 0G). ' +
  'Please add more funds with: 0g-compute-cli transfer-fund --provider 0xf07240Efa67755B5311bc75784a061eDB47165Dd --amount <amount>'

const read = {
  required: ogToWei('1.449912'),
  locked: ogToWei('1.443572'),
  reserve: ogToWei('1'),
  unsettled: ogToWei('0.44991'),
  fee: ogToWei('0.000001'),
}

test("today's inference providers", () => {
  expect(parseInsufficientBalance(current)).toEqual(read)
  expect(parseInsufficientBalance({ error: current })).toEqual(read)
  expect(parseInsufficientBalance(JSON.stringify({ error: current }))).toEqual(read)
  expect(parseInsufficientBalance({ error: { message: current, code: 400 } })).toEqual(read)
  expect(parseInsufficientBalance([JSON.stringify({ error: JSON.stringify({ error: current }) })])).toEqual(read)
  expect(parseInsufficientBalance(new Error(`400 ${current}`))).toEqual(read)
  expect(parseInsufficientBalance(current.slice(0, current.indexOf(' (')))).toEqual({
    required: read.required,
    locked: read.locked,
  })
})

test('inference providers of October 2025 and before: neuron, which is wei', () => {
  const amounts = { required: 5_736_750_000_000_000n, locked: 1_630_000_000_000_000n }
  const prefix = 'Provider proxy: handle proxied service, validate request: insufficient balance, total fee of '
  for (const text of [
    '5736750000000000 (including response reservation) exceeds the available balance of 1630000000000000',
    '5736750000000000 exceeds the available balance of 1630000000000000',
  ])
    for (const body of [prefix + text, { error: prefix + text }, JSON.stringify({ error: prefix + text })])
      expect(parseInsufficientBalance(body)).toEqual(amounts)
  expect(
    parseInsufficientBalance(
      `${prefix}0.00573675 OG (including response reservation) exceeds the available balance of 0.00163 OG`,
    ),
  ).toEqual({ ...amounts, required: amounts.required + 10n ** 10n })
  expect(
    parseInsufficientBalance(
      `${prefix}7 neuron (including response reservation) exceeds the available balance of 5 neuron`,
    ),
  ).toEqual({ required: 7n, locked: 5n })
})

test('fine-tuning providers, in both wordings', () => {
  const prefix = 'insufficient account balance after pending refund: '
  expect(parseInsufficientBalance({ error: `${prefix}expected 12, got 5` })).toEqual({ required: 12n, locked: 5n })
  expect(parseInsufficientBalance(`${prefix}required 12, available 0`)).toEqual({ required: 12n, locked: 0n })
})

test.each([
  '',
  'insufficient funds for gas * price + value',
  'insufficient balance',
  'insufficient balance: your locked balance is -1.0 0G, but the required minimum is 2.0 0G',
  'insufficient balance: your locked balance is 1.0, but the required minimum is 2.0',
  'insufficient balance: your locked balance is 1.0 0G, but the required minimum is 1e5 0G',
  'insufficient balance: your locked balance is 1.0 0G, but the required minimum is 1.0000000000000000001 0G',
  `insufficient balance: your locked balance is 1.0 0G, but the required minimum is ${'9'.repeat(70)} 0G`,
  'insufficient balance, total fee of 1.5 exceeds the available balance of 1.2',
  'insufficient balance, total fee of 15 exceeds the available balance of 1e3',
  'insufficient balance, total fee of 15 exceeds the available balance of 1.5',
  'insufficient balance, total fee of 15 exceeds the available balance of 1 ETH',
  `insufficient balance, total fee of ${2n ** 256n} exceeds the available balance of 1`,
  'user not acknowledge the provider, it will take effect in 2 minutes',
  'session token expired',
])('any other text is null: %s', (text) => {
  expect(parseInsufficientBalance(text)).toBeNull()
})

test('the required amount is enough, however the provider rounded it', () => {
  const wei = fc.bigInt({ min: 0n, max: 10n ** 24n })
  /** As Go prints a float, rounded to the nearest; and as a build would print it that cuts off digits. */
  const printed = fc.constantFrom(5n * 10n ** 11n, 0n).map((half) => (amount: bigint) => {
    const millionths = (amount + half) / 10n ** 12n
    return `${millionths / 10n ** 6n}.${String(millionths % 10n ** 6n).padStart(6, '0')}`
  })
  fc.assert(
    fc.property(wei, wei, printed, (locked, missing, print) => {
      const required = locked + missing
      const found = parseInsufficientBalance(
        `insufficient balance: your locked balance is ${print(locked)} 0G, but the required minimum is ${print(required)} 0G`,
      )
      if (!found) throw new Error('It was not understood.')
      expect(found.required).toBeGreaterThanOrEqual(required)
      expect(found.required - required).toBeLessThanOrEqual(15n * 10n ** 11n)
      expect(locked + found.required - found.locked).toBeGreaterThanOrEqual(required)
    }),
  )
})

test('every amount in neuron or in OG is read to the last wei', () => {
  const wei = fc.bigInt({ min: 0n, max: 10n ** 40n })
  fc.assert(
    fc.property(wei, wei, wei, wei, wei, (locked, required, reserve, unsettled, fee) => {
      const text =
        `insufficient balance: your locked balance is ${weiToOg(locked)} 0G, but the required minimum is ${weiToOg(required)} 0G ` +
        `(breakdown: minimum reserve ${weiToOg(reserve)} 0G + unsettled fees ${weiToOg(unsettled)} 0G + current request fee ${weiToOg(fee)} 0G).`
      expect(parseInsufficientBalance({ error: text })).toMatchObject({ locked, reserve, unsettled, fee })
      const neuron = `insufficient account balance after pending refund: expected ${required}, got ${locked}`
      expect(parseInsufficientBalance({ error: neuron })).toEqual({ required, locked })
    }),
  )
})

test('nothing that a provider sends makes it throw', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const hostile = {
    toJSON() {
      throw new Error('no')
    },
  }
  const traps = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
      getPrototypeOf: () => {
        throw new Error('no')
      },
    },
  )
  for (const body of [cyclic, hostile, traps, { toJSON: () => undefined }, { fee: 1n }, () => 1, Object.create(null)])
    expect(parseInsufficientBalance(body as object)).toBeNull()
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.object({ withBigInt: true, withDate: true })), (body) => {
      expect(() => parseInsufficientBalance(body)).not.toThrow()
    }),
  )
  const words = fc.constantFrom(...current.split(/(\s|(?<=\d)(?=\d))/), '9'.repeat(40), '\\', '"', '}', '-', 'e')
  fc.assert(
    fc.property(fc.array(words, { maxLength: 200 }), (parts) => {
      const found = parseInsufficientBalance(`${current.slice(0, 60)}${parts.join('')}`)
      for (const value of Object.values(found ?? {})) expect(typeof value).toBe('bigint')
    }),
  )
})

test('a long text is parsed in a time that grows with its length alone', () => {
  // A time that grew with its square would be longer than a test has.
  for (const part of ['insufficient balance: your locked balance is ', '9', '1 ', ' ', '\\', 'insufficient balance, '])
    expect(parseInsufficientBalance(part.repeat(1_000_000))).toBeNull()
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode, encodePosition, InvalidInputError, LockedError, type Plan } from '../../../src/index.ts'
import { encodedPosition } from '../../../src/base/position-codec.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

/** Data that JSON can hold, with amounts, and texts that look like amounts. */
const texts = fc.oneof(
  fc.string(),
  fc.bigInt().map(String),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.bigInt()).map(([marks, amount]) => '\\'.repeat(marks) + String(amount)),
  fc.constantFrom('-0', '007', '+5', '1.5', '\\', '\\-', '-', ''),
)
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0))
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.bigInt(),
    numbers,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(texts, tie('data'), { maxKeys: 4 }),
  ),
}))

test('what is encoded decodes to the same value, whatever it holds', () => {
  fc.assert(
    fc.property(data, (value) => {
      expect(decode(encode(value))).toEqual(value)
      expect(encode(decode(encode(value)))).toBe(encode(value))
    }),
    { numRuns: 1_000 },
  )
})

test('an amount is wei in decimal, and a text that looks like one is marked', () => {
  expect(encode({ paid: 5n, less: -1n, name: '5', path: '\\5', word: '05', at: 7, none: undefined })).toBe(
    '{"v":1,"value":{"paid":"5","less":"-1","name":"\\\\5","path":"\\\\\\\\5","word":"05","at":7}}',
  )
})

test('an error becomes its record', () => {
  const error = new LockedError('Another process sends.', { process: '5' })
  expect(decode(encode({ error, plain: new TypeError('no') }))).toEqual({
    error: error.toJSON(),
    plain: { name: 'TypeError', message: 'no' },
  })
})

describe('what a broker says', () => {
  test('plans, positions, statuses and receipts decode to what they were', async () => {
    await using simulation = await createSimulatedBroker({ broker: { budget: { amount: '50', per: '1d' } } })
    const { broker, provider } = simulation
    const receipt = await broker.ledger.addLedger('20')
    broker.inference.startAutoFunding(provider.address, { maxTopUp: '3' })
    broker.ledger.startAutoDeposit({ trigger: '5', target: '10' })
    await simulation.advance('2m')
    const plan = await broker.plan()
    const values = {
      receipt,
      plan,
      position: plan.position,
      reading: broker.positions$.status,
      autoFunding: broker.inference.autoFundingStatus(),
      autoDeposit: broker.ledger.autoDepositStatus(),
      counts: broker.counts(),
    }
    expect(plan.decisions).toHaveLength(1)
    expect(decode(encode(values))).toEqual(values)
    expect(decode<Plan>(encode(plan)).decisions[0]?.available).toBe(plan.decisions[0]?.available)
  })

  test('a position that a server encoded is one in each of its forms, and nothing else is', async () => {
    await using simulation = await createSimulatedBroker()
    await simulation.broker.ledger.addLedger('20', '7')
    const position = await simulation.broker.position()
    expect(position.ledger?.additionalInfo).toBe('7')
    expect(encodedPosition(encode(position))).toEqual(position)
    expect(encodedPosition(encodePosition(position))).toEqual(position)
    expect(encodedPosition(encodePosition(position).replace('\\\\7', '7'))).toEqual(position)
    for (const text of ['', '{', 'null', encode(null), encode({ block: 5n }), encode([position]), '{"type":"entry"}'])
      expect(encodedPosition(text)).toBeNull()
  })
})

const cycle: Record<string, unknown> = {}
cycle['self'] = { cycle }

test.each([
  ['a function', { plan: { act: () => 1 } }, 'value.plan.act', 'a function'],
  ['nothing', undefined, 'value', 'undefined'],
  ['a hole', [1, undefined], 'value[1]', 'undefined'],
  ['a number that JSON does not have', { runway: NaN }, 'value.runway', 'NaN'],
  ['a date', { when: new Date(0) }, 'value.when', 'an object without keys'],
  ['a map', [new Map()], 'value[0]', 'an object without keys'],
  ['a cycle', cycle, 'value.self.cycle', 'an object with self'],
])('%s is refused, with its place', (_, value, at, described) => {
  expect(() => encode(value)).toThrow(
    new InvalidInputError('This is no data that JSON can hold.', { at, value: described }),
  )
})

test.each([
  ['', 'This text is no encoded value.'],
  ['{"v":1,"val', 'This text is no encoded value.'],
  ['null', 'This text is no encoded value.'],
  ['{"value":5}', 'This text is no encoded value.'],
  ['{"v":2,"value":5}', 'This value was encoded by another version of og-ledger.\n\nversion: 2\nknown:   1'],
  ['{"v":"1","value":5}', 'This value was encoded by another version of og-ledger.\n\nversion: "1"\nknown:   1'],
])('%s is not decoded', (text, sentence) => {
  expect(() => decode(text)).toThrow(InvalidInputError)
  expect(() => decode(text)).toThrow(sentence)
})

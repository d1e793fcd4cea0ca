import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact, type Redaction } from '../../../src/base/redact.ts'

const KEY = '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const HASH = `0x${'cd'.repeat(32)}`
const SIGNED = `02f8b2${'ab'.repeat(90)}`

/** The rules of the four callers. */
const callers = {
  terminal: { urls: 'host', secrets: [KEY] },
  page: { urls: 'nothing', hex: 'nothing', tokens: true, oneLine: true, length: 300 },
  node: { urls: 'origin', hex: 'beginning', tokens: true },
  provider: { urls: 'nothing', tokens: true, longWords: true, oneLine: true, length: 200 },
} satisfies Record<string, Redaction>

describe('a URL', () => {
  test.for<[string, { nothing: string; host: string; origin: string }]>([
    ['https://rpc.example/v3/SECRET', { nothing: '…', host: 'rpc.example', origin: 'https://rpc.example/…' }],
    [
      'GET https://rpc.example:8545?apikey=SECRET failed',
      {
        nothing: 'GET … failed',
        host: 'GET rpc.example:8545 failed',
        origin: 'GET https://rpc.example:8545/… failed',
      },
    ],
    ['WSS://user:SECRET@rpc.example/', { nothing: '…', host: 'rpc.example', origin: 'WSS://rpc.example/…' }],
    ['https://user:SEC@RET@rpc.example/', { nothing: '…', host: 'rpc.example', origin: 'https://rpc.example/…' }],
    ['https://rpc.example\\SECRET#SECRET', { nothing: '…', host: 'rpc.example', origin: 'https://rpc.example/…' }],
    ['https://rpc.example/a(1)/SECRET', { nothing: '…', host: 'rpc.example', origin: 'https://rpc.example/…' }],
    [
      'node=https://rpc.example/SECRET',
      { nothing: 'node=…', host: 'node=rpc.example', origin: 'node=https://rpc.example/…' },
    ],
    ['postgres://SECRET@db.example/x', { nothing: '…', host: 'db.example', origin: 'postgres://db.example/…' }],
    ['file:///home/SECRET', { nothing: '…', host: '…', origin: '…' }],
    ['://SECRET 1://SECRET http://:SECRET', { nothing: '… … …', host: '… … …', origin: '… … …' }],
    [
      "{ url: 'https://a.b/SECRET', then: 'http://c.d/SECRET' }",
      {
        nothing: "{ url: '… then: '… }",
        host: "{ url: 'a.b', then: 'c.d' }",
        origin: "{ url: 'https://a.b/…', then: 'http://c.d/…' }",
      },
    ],
  ])('%s', ([text, { nothing, host, origin }]) => {
    expect({
      nothing: redact(text, { urls: 'nothing' }),
      host: redact(text, { urls: 'host' }),
      origin: redact(text, { urls: 'origin' }),
    }).toEqual({ nothing, host, origin })
  })

  test('ends at a quote, so that a line of JSON stays one, however its quotes are escaped', () => {
    const value = { one: 'got "https://a.b/SECRET" instead', two: 'https://c.d/SECRET\\', three: ['http://e.f'] }
    expect(JSON.parse(redact(JSON.stringify(value), { urls: 'host' }))).toEqual({
      one: 'got "a.b" instead',
      two: 'c.d\\',
      three: ['e.f'],
    })
  })

  test('with a control character in it is taken out as a whole', () => {
    expect(redact('see https://a.b/SEC\u0000RET now', callers.page)).toBe('see … now')
    expect(redact('see https://a.b/SEC\u200bRET now', callers.provider)).toBe('see … now')
  })
})

test.for<[string, { beginning: string; nothing: string }]>([
  [`of 0x${SIGNED}!`, { beginning: `of 0x${SIGNED.slice(0, 10)}…!`, nothing: 'of …!' }],
  [`of ${SIGNED.toUpperCase()}g`, { beginning: 'of …g', nothing: 'of …g' }],
  [`of ${HASH}`, { beginning: `of ${HASH}`, nothing: `of ${HASH}` }],
])('long hex is cut, a hash is not: %s', ([text, { beginning, nothing }]) => {
  expect({
    beginning: redact(text, { urls: 'host', hex: 'beginning' }),
    nothing: redact(text, { urls: 'host', hex: 'nothing' }),
    kept: redact(text, { urls: 'host' }),
  }).toEqual({ beginning, nothing, kept: text })
})

test('a session token and a bearer token are cut', () => {
  const text = 'authorization: Bearer SECRET, token app-sk-U0VDUkVU was refused'
  expect(redact(text, { urls: 'host', tokens: true })).toBe('authorization: Bearer … token app-sk-… was refused')
  expect(redact(text, { urls: 'host' })).toBe(text)
})

test.for<[string, string, string]>([
  ['https://SECRET@a.b,app-sk-SECRET', '…', 'https://a.b/…'],
  ['foo://a.b/SECRET,Bearer SECRET', '…', 'foo://a.b/…'],
  ['Bearer SECRET,Bearer SECRET', 'Bearer …', 'Bearer …'],
  [`0x${SIGNED}https://a.b/SECRET`, '…', `0x${SIGNED.slice(0, 10)}…`],
  ['https://app-sk-SECRET/x', '…', 'https://app-sk-…/…'],
])('what one rule takes out hides nothing from another: %s', ([text, page, node]) => {
  expect([redact(text, callers.page), redact(text, callers.node)]).toEqual([page, node])
})

describe('a secret that the caller names', () => {
  test('is cut out of a host, too', () => {
    expect(redact(`https://${KEY}.rpc.example/x`, callers.terminal)).toBe('….rpc.example')
  })

  test("is cut in upper and in lower case, with 0x and without: the wallet's key", () => {
    expect(redact(`${KEY} 0x${KEY.toUpperCase()} ${HASH}`, callers.terminal)).toBe(`… 0x… ${HASH}`)
  })

  test('goes before a shorter one that is a part of it, and is text, not a pattern', () => {
    const secrets = ['a.c', 'a.c/long (1)', '+']
    expect(redact('a.c/long (1) abc a.c +', { urls: 'host', secrets })).toBe('… abc … +')
  })

  test('is found where invisible and control characters stand in it', () => {
    const text = `it is ${Array.from('pass word').join('\u200b')}, or pass\u0007\nword`
    expect(redact(text, { ...callers.provider, secrets: ['pass word'] })).toBe('it is …, or …')
  })

  test('with a URL in it is cut as a whole', () => {
    const secrets = ['https://back.example/a b']
    expect(redact('to https://back.example/a b.', { ...callers.provider, secrets })).toBe('to ….')
  })
})

test('a long word is cut, an address in quotes is not', () => {
  const address = `"0x${'ab'.repeat(20)}"`
  expect(redact(`${address} ${'x'.repeat(49)} ${'y'.repeat(50)}`, callers.provider)).toBe(
    `${address} ${'x'.repeat(49)} …`,
  )
})

test('one line has one blank for all blanks and control characters, and nothing invisible', () => {
  expect(redact(' a\u0000\u001b[31m\r\nb\u202e\u200bc\u2028\u00a0d\ue000 ', callers.page)).toBe('a [31m bc d')
  expect(redact('a\n  b', callers.node)).toBe('a\n  b')
})

test('a text is no longer than the caller allows, counted in characters', () => {
  expect(redact('😀'.repeat(40), { urls: 'host', length: 10 })).toBe(`${'😀'.repeat(9)}…`)
  expect(redact('😀'.repeat(10), { urls: 'host', length: 10 })).toBe('😀'.repeat(10))
})

test.for(Object.entries(callers))(
  'whatever stands around it, the %s shows no part of a URL after its host',
  ([, rules]) => {
    const unit = fc.constantFrom(
      '"',
      '\\',
      '/',
      ':',
      '.',
      '0',
      'a',
      ' ',
      '\n',
      '\t',
      '\u0000',
      '\u001b',
      '\u200b',
      '\ufeff',
      '…',
      'é',
      '😀',
      '\ud800',
    )
    const noise = fc.string({ unit, maxLength: 20 })
    const secret = fc.string({
      unit: fc.constantFrom(...'bcdghjkmnpqrstuvwxyz'.split('')),
      minLength: 12,
      maxLength: 40,
    })
    fc.assert(
      fc.property(noise, secret, noise, (before, path, after) => {
        const shown = redact(`${before}https://rpc.example/${path}${after}`, rules)
        expect(shown.toLowerCase().replaceAll(/\s/g, '')).not.toContain(path)
      }),
    )
  },
)

test.for(Object.entries(callers))('no text makes the %s slow', ([, rules]) => {
  for (const text of ['a', 'a.', '0', 'https:', '\\', '/', '\u0000'])
    // An expression that backtracks would not end within the test's time limit.
    for (const head of ['', 'https://a/']) expect(typeof redact(head + text.repeat(100_000), rules)).toBe('string')
})

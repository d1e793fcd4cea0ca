import { expect, test } from 'vitest'
import { safeReason, safeText, secretsOf } from '../../../src/provider/safe-text.ts'

test('what a provider says is one line of at most 200 characters, without secrets, URLs, tokens and long words', () => {
  const secrets = secretsOf(new URL('https://api.example/v1/path%20secret?key=query-secret#fragment-secret'))
  const text =
    'GET /v1/path%20secret?key=query-secret\u0007\r\n#fragment-secret: path secret, QUERY-SECRET, ' +
    `https://api.example/x app-sk-short ${'y'.repeat(50)}`
  expect(safeText(text, secrets)).toBe('GET …… …: …, …, … app-sk-… …')
  expect(Array.from(safeText('no '.repeat(200))).length).toBe(200)
})

test('a reason is that of the cause where there is one, with its code, and without secrets', () => {
  const cause = Object.assign(new Error('connect refused for SECRET'), { code: 'ECONNREFUSED' })
  expect(safeReason(new TypeError('fetch failed', { cause }), ['SECRET'])).toBe('connect refused for … (ECONNREFUSED)')
  expect(safeReason('SECRET', ['SECRET'])).toBe('…')
  expect(safeReason({})).toBe('it gave no reason')
})

import { expect, test } from 'vitest'
import { refusalOf } from '../../../src/http/guard.ts'

const refusal = (headers: Record<string, string>, hosts: readonly string[] = []) =>
  refusalOf({ headers }, { hosts, option: 'the option hosts', isPage: false })

test.for<[string, Record<string, string>]>([
  ['TLS', { host: 'ledger.example', origin: 'https://ledger.example' }],
  ["TLS, with the protocol's port in Host", { host: 'ledger.example:443', origin: 'https://ledger.example' }],
  ['no TLS, with its port in Host', { host: 'ledger.example:80', origin: 'http://ledger.example' }],
  ['another port', { host: 'ledger.example:8443', origin: 'https://ledger.example:8443' }],
])('a proxy that passes on the Host is answered: %s', ([, headers]) => {
  expect(refusal(headers, ['ledger.example'])).toBeNull()
})

test.for<[string, Record<string, string>, RegExp]>([
  ['the upstream as Host', { host: '127.0.0.1:4600', origin: 'https://ledger.example' }, /proxy .*Host \$http_host/],
  ['another port', { host: 'ledger.example:8443', origin: 'https://ledger.example' }, /proxy .*Host \$http_host/],
  ['another site', { host: 'ledger.example', origin: 'https://evil.example' }, /^Another site asks for this\.$/],
  ['no origin that is a site', { host: 'ledger.example', origin: 'null' }, /^Another site asks for this\.$/],
  ['a name that is not listed', { host: 'other.example' }, /as other\.example\..*option hosts/],
  ['no name at all', {}, /option hosts/],
])('a refusal says what the proxy or the option must do: %s', ([, headers, words]) => {
  expect(refusal(headers, ['ledger.example'])).toMatch(words)
})

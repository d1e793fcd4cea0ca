import { expect, test, vi } from 'vitest'
import { rangeOfAddress } from '../../../src/provider/address-range.ts'
import { checkProviderAddresses, checkProviderUrl, type ProviderUrlRules } from '../../../src/provider/provider-url.ts'

const ruleOf = (url: string, rules: ProviderUrlRules = {}): string | null => {
  try {
    checkProviderUrl(url, rules)
    return null
  } catch (error) {
    return (error as { rule: string }).rule
  }
}

test.each([
  'https://compute.example.com',
  'https://compute.example.com:8443/base/?key=1',
  'https://8.8.8.8',
  'https://[2606:4700:4700::1111]:443/',
  'https://bücher.example',
  'http://localhost:3000',
  'http://127.0.0.1:3000',
  'http://127.8.9.10',
  'http://[::1]:3000',
  'https://localhost',
])('%s may be asked', (url) => {
  expect(checkProviderUrl(url)).toEqual(new URL(url))
})

test.each([
  ['http://compute.example.com', 'it is https, or http on this machine'],
  ['ws://compute.example.com', 'it is https, or http on this machine'],
  ['file:///etc/passwd', 'it is https, or http on this machine'],
  ['javascript:alert(1)', 'it is https, or http on this machine'],
  ['http://localhost.example.com', 'it is https, or http on this machine'],
  ['https://user@compute.example.com', 'it has no user and no password in it'],
  ['https://:secret@compute.example.com', 'it has no user and no password in it'],
  ['https://', 'it is a URL'],
  ['compute.example.com', 'it is a URL'],
  ['', 'it is a URL'],
  ['https://10.0.0.1', 'its address is public, not private'],
  ['https://0x0a.1', 'its address is public, not private'],
  ['https://012.0.0.1', 'its address is public, not private'],
  ['https://167772161', 'its address is public, not private'],
  ['https://１０.0.0.1', 'its address is public, not private'],
  ['https://10.0.0.1.', 'its address is public, not private'],
  ['https://172.31.255.255', 'its address is public, not private'],
  ['https://192.168.1.1', 'its address is public, not private'],
  ['https://[fd12::1]', 'its address is public, not private'],
  ['https://[::ffff:10.0.0.1]', 'its address is public, not private'],
  ['https://[64:ff9b::10.0.0.1]', 'its address is public, not private'],
  ['https://[2002:0a00:0001::1]', 'its address is public, not private'],
  ['https://169.254.1.1', 'its address is public, not link-local'],
  ['https://[fe80::1]', 'its address is public, not link-local'],
  ['https://100.127.255.255', 'its address is public, not shared (CGNAT)'],
  ['https://224.0.0.1', 'its address is public, not multicast'],
  ['https://[ff02::1]', 'its address is public, not multicast'],
  ['https://0.0.0.0', 'its address is public, not unspecified'],
  ['https://0', 'its address is public, not unspecified'],
  ['https://[::]', 'its address is public, not unspecified'],
  ['https://169.254.169.254', 'its address is public, not metadata'],
  ['https://0xa9fea9fe', 'its address is public, not metadata'],
  ['https://[::ffff:a9fe:a9fe]', 'its address is public, not metadata'],
  ['https://100.100.100.200', 'its address is public, not metadata'],
  ['https://168.63.129.16', 'its address is public, not metadata'],
  ['https://[fd00:ec2::254]', 'its address is public, not metadata'],
  ['https://255.255.255.255', 'its address is public, not reserved'],
  ['https://[::10.0.0.1]', 'its address is public, not reserved'],
  ['https://[2001:db8::1]', 'its address is public, not reserved'],
  ['https://[2001::1]', 'its address is public, not reserved'],
  ['https://metadata.google.internal', 'its host is a public name'],
  ['https://printer.local', 'its host is a public name'],
  ['https://a.localhost', 'its host is a public name'],
  ['https://intranet', 'its host is a public name'],
])('%s is refused: %s', (url, rule) => {
  expect(ruleOf(url)).toBe(rule)
})

test('each option allows what it names, and nothing else', () => {
  expect(ruleOf('http://compute.example.com', { allowHttp: true })).toBeNull()
  expect(ruleOf('http://10.0.0.1', { allowHttp: true })).toBe('its address is public, not private')
  expect(ruleOf('https://10.0.0.1', { allowPrivate: true })).toBeNull()
  expect(ruleOf('https://intranet', { allowPrivate: true })).toBeNull()
  expect(ruleOf('http://10.0.0.1', { allowPrivate: true })).toBe('it is https, or http on this machine')
  expect(ruleOf('http://10.0.0.1', { allowHttp: true, allowPrivate: true })).toBeNull()
  expect(ruleOf('ftp://10.0.0.1', { allowHttp: true, allowPrivate: true })).toBe('it is https or http')
  expect(ruleOf('http://localhost', { allowLoopback: false })).toBe('it is not this machine (loopback)')
  expect(ruleOf('https://[::ffff:7f00:1]', { allowLoopback: false })).toBe('it is not this machine (loopback)')
})

test('the message names the host and the rule, and no other part of the URL', () => {
  expect(() => checkProviderUrl('https://user:password@10.0.0.1:8443/path?key=secret#hash')).toThrow(
    /^A token is not sent to this provider URL\.\n\nhost: 10\.0\.0\.1:8443\nrule: it has no user and no password in it$/,
  )
})

test.each([
  ['1.1.1.1', 'public'],
  ['11.0.0.0', 'public'],
  ['9.255.255.255', 'public'],
  ['100.63.255.255', 'public'],
  ['100.128.0.0', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['223.255.255.255', 'public'],
  ['2a00:1450:4001::200e', 'public'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
  ['64:ff9b:1::8.8.8.8', 'reserved'],
  ['fe80::1%eth0', 'link-local'],
  ['fec0::1', 'reserved'],
  ['::2', 'reserved'],
  ['256.1.1.1', null],
  ['1.1.1', null],
  ['example.com', null],
  ['::g', null],
])('%s is %s', (address, range) => {
  expect(rangeOfAddress(address)).toBe(range)
})

test('a public name that leads to an address out of reach is refused', async () => {
  const url = new URL('https://compute.example.com')
  const leadingTo = (...addresses: string[]) => checkProviderAddresses(url, {}, async () => addresses)
  await expect(leadingTo('1.1.1.1', '2606:4700::1111')).resolves.toBeUndefined()
  await expect(leadingTo('1.1.1.1', '192.168.0.1')).rejects.toThrow('its address is public, not private')
  await expect(leadingTo('127.0.0.1')).rejects.toThrow('its address is public, not loopback')
  await expect(leadingTo('::ffff:169.254.169.254')).rejects.toThrow('its address is public, not metadata')
  await expect(leadingTo('what is this')).rejects.toThrow('its address is public, not reserved')
  await expect(leadingTo()).rejects.toThrow('its host has an address')
})

test('only names are resolved, and not where private addresses are allowed or there is no resolver', async () => {
  const resolve = vi.fn<(host: string) => Promise<string[]>>(async () => ['10.0.0.1'])
  await checkProviderAddresses(new URL('https://8.8.8.8'), {}, resolve)
  await checkProviderAddresses(new URL('http://localhost:1'), {}, resolve)
  await checkProviderAddresses(new URL('https://compute.example.com'), { allowPrivate: true }, resolve)
  await checkProviderAddresses(new URL('https://compute.example.com'), {}, null)
  expect(resolve).not.toHaveBeenCalled()
})

test('in Node the resolver is that of Node', async () => {
  await expect(checkProviderAddresses(new URL('https://name.that.is.invalid'), {})).rejects.toThrow(/ENOTFOUND|EAI_/)
})

test('a name server that never answers is waited for ten seconds', async () => {
  vi.useFakeTimers()
  try {
    const checked = checkProviderAddresses(
      new URL('https://compute.example.com'),
      {},
      () => new Promise(() => undefined),
    )
    const outcome = checked.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await Promise.race([outcome, Promise.resolve('waits')])).toMatchObject({
      message: 'no answer within 10000 ms',
    })
  } finally {
    vi.useRealTimers()
  }
})

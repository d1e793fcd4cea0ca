/** The purpose of an IP address. Only a provider at a `public` one can be reached from other networks. */
export type AddressRange =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'shared (CGNAT)'
  | 'multicast'
  | 'unspecified'
  | 'metadata'
  | 'reserved'

/** Start, prefix length and purpose of each range; the first range that contains an address counts. */
const IPV4: readonly (readonly [string, number, AddressRange])[] = [
  ['169.254.169.254', 32, 'metadata'],
  ['169.254.170.2', 32, 'metadata'],
  ['100.100.100.200', 32, 'metadata'],
  ['168.63.129.16', 32, 'metadata'],
  ['192.0.0.192', 32, 'metadata'],
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared (CGNAT)'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
]

/** The range of an IP address in any spelling, IPv6 with or without brackets and zone; null for other text. */
export function rangeOfAddress(text: string): AddressRange | null {
  const plain = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (plain.includes(':')) {
    const groups = groupsOf(plain)
    return groups && rangeOfIpv6(groups)
  }
  const bits = bitsOf(plain)
  return bits === null ? null : rangeOfIpv4(bits)
}

function rangeOfIpv4(bits: number): AddressRange {
  const found = IPV4.find(([start, length]) => {
    const size = 2 ** (32 - length)
    return Math.floor(bits / size) === Math.floor((bitsOf(start) ?? 0) / size)
  })
  return found?.[2] ?? 'public'
}

/** Of IPv6 only 2000::/3 is assigned to public networks, and parts of that have special purposes. */
function rangeOfIpv6(groups: readonly number[]): AddressRange {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  const leadingZeros = groups.findIndex((group) => group !== 0)
  if (leadingZeros === -1) return 'unspecified'
  if (leadingZeros === 7 && h === 1) return 'loopback'
  // IPv4 in IPv6: mapped, NAT64 (the answers of DNS64) and 6to4.
  if (leadingZeros === 5 && f === 0xffff) return rangeOfIpv4(g * 0x10000 + h)
  if (a === 0x64 && b === 0xff9b && [c, d, e, f].every((group) => group === 0)) return rangeOfIpv4(g * 0x10000 + h)
  if (a === 0x2002) return rangeOfIpv4(b * 0x10000 + c)
  if (a === 0xfd00 && b === 0xec2 && h === 0x254) return 'metadata'
  if (a >= 0xfc00 && a <= 0xfdff) return 'private'
  if (a >= 0xfe80 && a <= 0xfebf) return 'link-local'
  if (a >= 0xff00) return 'multicast'
  const documentation = (a === 0x2001 && b === 0xdb8) || (a === 0x3fff && b < 0x1000)
  const protocols = a === 0x2001 && b < 0x200
  return a >= 0x2000 && a <= 0x3fff && !documentation && !protocols ? 'public' : 'reserved'
}

function bitsOf(ipv4: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(ipv4)) return null
  const bytes = ipv4.split('.').map(Number)
  return bytes.some((byte) => byte > 255) ? null : bytes.reduce((bits, byte) => bits * 256 + byte, 0)
}

/** The eight groups of an IPv6 address. The URL parser accepts every spelling and returns the canonical one. */
function groupsOf(ipv6: string): number[] | null {
  if (!URL.canParse(`http://[${ipv6}]`)) return null
  const [head = '', tail] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [first, last] = [parse(head), parse(tail ?? '')]
  return tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
}

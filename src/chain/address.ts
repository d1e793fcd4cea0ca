import { getAddress, ZeroAddress } from 'ethers'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'

/**
 * Converts an address to its checksummed spelling (EIP-55).
 *
 * @throws InvalidInputError for text that is no address, and for mixed case with a wrong checksum
 */
export function toAddress(value: string, name = 'address'): string {
  try {
    if (typeof value !== 'string' || !/^0x/i.test(value)) throw new TypeError('not an address')
    return getAddress(value)
  } catch {
    throw new InvalidInputError(`This is not an address.`, {
      // What is longer may be a key.
      [name]:
        typeof value === 'string' && value.length > 42
          ? `a string of ${value.length} characters`
          : describeValue(value),
      problem: flaw(value),
      expected: '0x and 40 hex digits; in mixed case the checksum must hold',
    })
  }
}

function flaw(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (/^0x[\da-f]{40}$/i.test(value)) return 'its checksum does not hold: a digit is wrong, or the case of a letter'
  if (/^(0x)?[\da-f]{64}$/i.test(value)) return 'it has 64 hex digits, as a key or a hash has'
  if (/^0x[\da-f]*$/i.test(value)) return `it has ${value.length - 2} hex digits`
  if (/\.\w+$/.test(value)) return 'it is a name, and names are not looked up'
  return undefined
}

export const isZeroAddress = (address: string): boolean => address === ZeroAddress

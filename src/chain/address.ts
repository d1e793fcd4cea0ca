import { getAddress, ZeroAddress } from 'ethers'
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
      [name]: typeof value === 'string' ? JSON.stringify(value) : typeof value,
      expected: '0x and 40 hex digits; in mixed case the checksum must hold',
    })
  }
}

export const isZeroAddress = (address: string): boolean => address === ZeroAddress

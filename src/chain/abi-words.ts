import { getAddress } from 'ethers'

/** Return data in hex, without 0x; places and sizes below are in bytes. */
export type AbiWords = { hex: string; size: number; wordsLeft: number }

const WORD = 32
/** The contracts write each word once. Offsets that lead to the same words again and again are an attack. */
const MOST_READS = 8
/** A safe integer has at most 13 hex digits; the digits before are zeros. */
const INDEX_ZEROS = '0'.repeat(51)
/** The first 12 bytes of an address's word. */
const ADDRESS_ZEROS = '0'.repeat(24)

/** @throws Error for what is no hex, or not a whole number of words */
export function abiWords(data: string): AbiWords {
  if (!data.startsWith('0x') || data.length % (2 * WORD) !== 2) throw new Error('it is not a whole number of words')
  if (!/^[\da-f]*$/i.test(data.slice(2))) throw new Error('it is not hex')
  const size = (data.length - 2) / 2
  return { hex: data.slice(2), size, wordsLeft: (size / WORD) * MOST_READS }
}

/** The 64 hex digits of a word. @throws Error beyond the end */
function digitsAt(words: AbiWords, at: number): string {
  if (at + WORD > words.size) throw new Error('it ends too soon')
  words.wordsLeft -= 1
  if (words.wordsLeft < 0) throw new Error('its offsets lead to the same words too often')
  return words.hex.slice(2 * at, 2 * (at + WORD))
}

export const uintAt = (words: AbiWords, at: number): bigint => BigInt(`0x${digitsAt(words, at)}`)

/** As the contracts' compiler writes it; any other number but 0 is true as well. */
export const boolAt = (words: AbiWords, at: number): boolean => !/^0+$/.test(digitsAt(words, at))

/** An offset or a count. @throws Error for one that is no safe integer */
export function indexAt(words: AbiWords, at: number): number {
  const digits = digitsAt(words, at)
  const index = digits.startsWith(INDEX_ZEROS) ? Number.parseInt(digits.slice(INDEX_ZEROS.length), 16) : Infinity
  if (Number.isSafeInteger(index)) return index
  throw new Error('an offset or a count is too large')
}

/** Where a dynamic value begins: the offset at `at` counts from `base`. */
export const offsetAt = (words: AbiWords, at: number, base: number): number => base + indexAt(words, at)

/** @throws Error for more than 20 bytes */
export function addressAt(words: AbiWords, at: number): string {
  const digits = digitsAt(words, at)
  if (!digits.startsWith(ADDRESS_ZEROS)) throw new Error('an address has more than 20 bytes')
  return checksum(digits.slice(ADDRESS_ZEROS.length))
}

/** The hex digits of bytes or of a text whose length stands at `at`. @throws Error where they, filled up to words, go beyond the end */
export function bytesAt(words: AbiWords, at: number): string {
  const length = indexAt(words, at)
  const start = at + WORD
  if (start + Math.ceil(length / WORD) * WORD > words.size) throw new Error('it ends too soon')
  return words.hex.slice(2 * start, 2 * (start + length))
}

/**
 * Where each element of a list begins, and how many there are: their heads follow the count at `at`.
 *
 * @param headWords how many words each element has in the list
 * @throws Error for a count that the rest of the data cannot hold
 */
export function listAt(words: AbiWords, at: number, headWords: number): { first: number; count: number } {
  const count = indexAt(words, at)
  if (count * WORD > words.size - at || at + WORD * (1 + count * headWords) > words.size)
    throw new Error('a list is longer than the data')
  return { first: at + WORD, count }
}

/** The place of a word after another one. */
export const wordsAfter = (at: number, count: number): number => at + count * WORD

/** Checksums cost a hash each, and a wallet meets the same few addresses at each reading. */
const checksums = new Map<string, string>()
const MOST_CHECKSUMS = 100_000

function checksum(digits: string): string {
  const key = digits.toLowerCase()
  const known = checksums.get(key)
  if (known !== undefined) return known
  if (checksums.size >= MOST_CHECKSUMS) checksums.clear()
  const address = getAddress(`0x${key}`)
  // The key is cut from the answer, and a string keeps what it was cut from: the copy keeps 42 characters and not the answer.
  checksums.set(address.toLowerCase().slice(2), address)
  return address
}

import type { ViewCall } from './batch.ts'

/** Selector of Multicall3's `aggregate3((address target, bool allowFailure, bytes callData)[])`. */
const SELECTOR = '0x82ad56cb'
const WORD = 32
/** Words of a call before its data: target, allowFailure, offset of the data, length of the data. */
const HEAD_WORDS = 4

/** Encodes a call of `aggregate3` in which each call may fail, as ethers does (a law in the tests). */
export function encodeAggregate(calls: readonly ViewCall[]): string {
  const bodies = calls.map(encodeCall)
  let offset = calls.length * WORD
  const offsets = bodies.map((body) => {
    const at = offset
    offset += body.length / 2
    return word(at)
  })
  return [SELECTOR, word(WORD), word(calls.length), ...offsets, ...bodies].join('')
}

function encodeCall({ to, data }: ViewCall): string {
  const digits = data.slice(2)
  const rest = digits.length % (2 * WORD)
  return `${ADDRESS_ZEROS}${to.slice(2).toLowerCase()}${HEAD}${word(digits.length / 2)}${digits}${rest === 0 ? '' : ZEROS.slice(rest)}`
}

const ZEROS = '0'.repeat(2 * WORD)
/** The first 12 bytes of an address's word. */
const ADDRESS_ZEROS = '0'.repeat(24)

function word(value: number): string {
  const digits = value.toString(16)
  return ZEROS.slice(digits.length) + digits
}

/** allowFailure, and the offset of the data. */
const HEAD = `${word(1)}${word((HEAD_WORDS - 1) * WORD)}`

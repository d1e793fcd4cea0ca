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
  const target = to
    .slice(2)
    .toLowerCase()
    .padStart(2 * WORD, '0')
  const padding = '0'.repeat((2 * WORD - (digits.length % (2 * WORD))) % (2 * WORD))
  return `${target}${word(1)}${word((HEAD_WORDS - 1) * WORD)}${word(digits.length / 2)}${digits}${padding}`
}

const word = (value: number): string => value.toString(16).padStart(2 * WORD, '0')

import { abiWords, boolAt, bytesAt, listAt, offsetAt, wordsAfter } from './abi-words.ts'

/**
 * Decodes the outcomes of Multicall3's `aggregate3`.
 *
 * @throws Error for data of another form
 */
export function aggregateIn(data: string): { success: boolean; data: string }[] {
  const words = abiWords(data)
  const { first, count } = listAt(words, offsetAt(words, 0, 0), 1)
  return Array.from({ length: count }, (_, index) => {
    const at = offsetAt(words, wordsAfter(first, index), first)
    return { success: boolAt(words, at), data: `0x${bytesAt(words, offsetAt(words, wordsAfter(at, 1), at))}` }
  })
}

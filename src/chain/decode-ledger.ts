import { abiWords, addressAt, bytesAt, offsetAt, uintAt, wordsAfter } from './abi-words.ts'
import type { RawLedger } from './raw.types.ts'

/** The contract stores any bytes; a byte order mark is one of the text's characters. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes the result of `getLedger`. A text that is no UTF-8 reads as the replacement character.
 *
 * @throws Error for data of another form
 */
export function ledgerIn(data: string): RawLedger {
  const words = abiWords(data)
  const at = offsetAt(words, 0, 0)
  return {
    user: addressAt(words, at),
    availableBalance: uintAt(words, wordsAfter(at, 1)),
    totalBalance: uintAt(words, wordsAfter(at, 2)),
    additionalInfo: textOf(bytesAt(words, offsetAt(words, wordsAfter(at, 3), at))),
  }
}

function textOf(hex: string): string {
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
  )
  try {
    return utf8.decode(bytes)
  } catch {
    return '\ufffd'
  }
}

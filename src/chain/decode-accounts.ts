import type { ServiceType } from '../../machines/position.types.ts'
import {
  abiWords,
  addressAt,
  boolAt,
  bytesAt,
  listAt,
  offsetAt,
  uintAt,
  wordsAfter,
  type AbiWords,
} from './abi-words.ts'
import type { RawAccount, RawRefund } from './raw.types.ts'

/** The words of an account's head in each list of accounts. */
const LAYOUTS = {
  inference: { refunds: 5, additionalInfo: 6, acknowledged: 7, validRefundsLength: 8, revokedBitmap: 10, size: 11 },
  'fine-tuning': {
    refunds: null,
    additionalInfo: 5,
    acknowledged: 8,
    validRefundsLength: 6,
    revokedBitmap: null,
    size: 9,
  },
} as const satisfies Record<ServiceType, object>

type Layout = (typeof LAYOUTS)[ServiceType]

const PROVIDER = 1
const BALANCE = 3
const PENDING_REFUND = 4
/** Words of a refund: index, amount, createdAt, processed. */
const REFUND_WORDS = 4

/**
 * Decodes a page of `getAccountsByUser`, ten times as fast as ethers and with the same result (a law in the tests).
 *
 * @throws Error for data of another form
 */
export function accountsIn(data: string, serviceType: ServiceType): { accounts: RawAccount[]; total: number } {
  const words = abiWords(data)
  const layout = LAYOUTS[serviceType]
  const { first, count } = listAt(words, offsetAt(words, 0, 0), 1)
  const total = Number(uintAt(words, wordsAfter(0, 1)))
  const accounts: RawAccount[] = []
  for (let index = 0; index < count; index += 1)
    accounts.push(accountAt(words, offsetAt(words, wordsAfter(first, index), first), layout))
  return { accounts, total }
}

function accountAt(words: AbiWords, at: number, layout: Layout): RawAccount {
  const word = (index: number): number => wordsAfter(at, index)
  // Whatever stands in it, it must be there: an answer that ends too soon is refused.
  uintAt(words, word(layout.size - 1))
  bytesAt(words, offsetAt(words, word(layout.additionalInfo), at))
  return {
    provider: addressAt(words, word(PROVIDER)),
    balance: uintAt(words, word(BALANCE)),
    pendingRefund: uintAt(words, word(PENDING_REFUND)),
    acknowledged: boolAt(words, word(layout.acknowledged)),
    validRefundsLength: uintAt(words, word(layout.validRefundsLength)),
    ...(layout.refunds !== null && { refunds: refundsAt(words, offsetAt(words, word(layout.refunds), at)) }),
    ...(layout.revokedBitmap !== null && { revokedBitmap: uintAt(words, word(layout.revokedBitmap)) }),
  }
}

function refundsAt(words: AbiWords, at: number): RawRefund[] {
  const { first, count } = listAt(words, at, REFUND_WORDS)
  return Array.from({ length: count }, (_, index) => ({
    amount: uintAt(words, wordsAfter(first, index * REFUND_WORDS + 1)),
    createdAt: uintAt(words, wordsAfter(first, index * REFUND_WORDS + 2)),
  }))
}

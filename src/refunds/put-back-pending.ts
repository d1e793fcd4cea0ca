import type { ServiceType } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { InDoubtError } from '../base/not-sent-errors.ts'
import { NotSentError } from '../base/errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { isoTime } from './refund-rules.ts'

/** A put-back that failed again and again. Amounts in wei. */
export type PendingPutBack = SubAccountId & {
  /** What is to be free again; null where the chain could not be read so far. */
  amount: bigint | null
  /** When its claim began, in seconds since 1970. */
  since: number
  /** How often it failed. */
  failures: number
  /** What the last attempt failed with. */
  error: unknown
}

/**
 * What was free before a claim is not put back yet, so the provider has nothing to charge, and the sub-account is locked for
 * every other writer. The broker goes on trying. Nothing was sent by this call, or nothing beyond the claim's retrieve.
 */
export class PutBackPendingError extends NotSentError {
  override readonly name = 'PutBackPendingError'
  readonly provider: string
  readonly serviceType: ServiceType
  /** What is to be free again, in wei; null where the chain could not be read so far. */
  readonly amount: bigint | null
  /** When its claim began, in seconds since 1970. */
  readonly since: number

  constructor({ provider, serviceType, amount, since, failures, error }: PendingPutBack) {
    super(
      'What was free before a claim could not be put back yet.',
      {
        provider,
        service: serviceType,
        amount: amount === null ? undefined : `${weiToOg(amount)} OG`,
        since: isoTime(since),
        attempts: String(failures),
        reason: wordsOf(error),
        do: 'mend the reason: the broker tries again every few seconds; retrieveFundFromProvider with { force: true } gives the put-back up and leaves the amount asked back, and closeLedger() needs none',
      },
      { cause: error, retryable: true },
    )
    this.provider = provider
    this.serviceType = serviceType
    this.amount = amount
    this.since = since
  }
}

/** Whether an error says that a sub-account's lock does not come free for now. */
export function isHeldUp(error: unknown): error is PutBackPendingError | InDoubtError {
  return error instanceof PutBackPendingError || error instanceof InDoubtError
}

/** The sentence of an error, and the words of the node or the signer. */
function wordsOf(error: unknown): string {
  const sentence = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
  const words = error instanceof OgLedgerError ? error.facts['reason'] : undefined
  return words === undefined || sentence.includes(words) ? sentence : `${sentence} ${words}`
}

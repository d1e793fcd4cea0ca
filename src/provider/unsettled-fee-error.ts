import { OgLedgerError } from '../base/errors.ts'

export type UnsettledFeeErrorInput = {
  provider: string
  /** Of the provider's URL; the rest of it may hold a key. */
  host?: string | undefined
  /** The HTTP status, where there was an answer. */
  status?: number | undefined
  /** What the provider said, or what went wrong; safe to show. */
  reason?: string | undefined
  /** Whether the same question may be answered later; for a status the status says so. */
  retryable?: boolean
  /** Until when the provider is not asked again, in milliseconds since 1970. */
  retryAt?: number | undefined
}

/** A provider did not tell its unsettled fee. This says nothing about the fee: it is not zero. */
export class UnsettledFeeError extends OgLedgerError {
  override readonly name = 'UnsettledFeeError'
  readonly provider: string
  readonly status: number | null
  readonly retryAt: number | null

  constructor({ provider, host, status, reason, retryable = false, retryAt }: UnsettledFeeErrorInput) {
    super(
      sentenceOf(status),
      {
        provider,
        host,
        status: status === undefined ? undefined : String(status),
        reason: reason === '' ? undefined : reason,
        retryAt: retryAt === undefined ? undefined : new Date(retryAt).toISOString(),
      },
      { retryable: status === undefined ? retryable : [200, 408, 429].includes(status) || status >= 500 },
    )
    this.provider = provider
    this.status = status ?? null
    this.retryAt = retryAt ?? null
  }
}

function sentenceOf(status: number | undefined): string {
  if (status === undefined) return 'The provider could not be asked for its unsettled fee.'
  if (status === 200) return 'The provider gave no unsettled fee that can be used.'
  if (status === 400 || status === 401) return 'The provider did not accept the session token.'
  if (status === 403) return 'The provider tells an unsettled fee to its owner alone, and took us for another.'
  if (status === 404) return 'The provider has no endpoint for unsettled fees.'
  if (status === 429) return 'The provider was asked too often.'
  if (status < 400) return 'The provider sent us elsewhere, and a token goes nowhere else.'
  return status >= 500 ? 'The provider failed.' : 'The provider refused to tell its unsettled fee.'
}

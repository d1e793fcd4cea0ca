import { OgLedgerError } from '../base/og-ledger-error.ts'

export type UnsettledFeeErrorInput = {
  provider: string
  /** Host of the provider's URL; the rest of the URL may hold a key. */
  host?: string | undefined
  /** The HTTP status, where there was an answer. */
  status?: number | undefined
  /** The provider's text, or what went wrong; safe to show. */
  reason?: string | undefined
  /** Whether a later request may succeed; with a status the status decides. */
  retryable?: boolean
  /** When the provider may be asked again, in milliseconds since 1970. */
  retryAt?: number | undefined
}

/** A provider's unsettled fee is unknown. An unknown fee is not a fee of zero. */
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
  if (status === undefined) return 'The request for the unsettled fee failed.'
  if (status === 200) return 'The provider answered without a usable unsettled fee.'
  if (status === 400 || status === 401) return 'The provider did not accept the session token.'
  if (status === 403) return "The provider took the session token for another user's."
  if (status === 404) return 'The provider has no endpoint for unsettled fees.'
  if (status === 429) return 'The provider refused the request as one of too many.'
  if (status < 400) return 'The provider redirected the request; a token is sent to no other address.'
  return status >= 500 ? 'The provider failed.' : 'The provider refused the request for its unsettled fee.'
}

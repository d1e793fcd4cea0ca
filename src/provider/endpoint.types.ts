import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'

/**
 * A provider's OpenAI-compatible endpoint, with a `fetch` that signs in and funds: for the OpenAI SDK, the AI SDK, and
 * whatever else takes a `fetch`.
 */
export type Endpoint = {
  /** Address of the provider. */
  readonly provider: string
  /** What requests begin with: `https://…/v1/proxy`. */
  readonly baseURL: string
  /** The provider's own name for its model. */
  readonly model: string
  /**
   * Sends a request to the provider, signed in. Where the provider rejects it for lack of funds, the broker fills the
   * sub-account up within the limits, and the request is sent once more. Where the broker holds, the provider's own
   * response is returned.
   *
   * @throws InvalidInputError for another address, which gets no token; SessionTokenError; what the underlying fetch throws
   */
  readonly fetch: typeof globalThis.fetch
  /** The headers that sign the wallet in, for a request of your own; good for an hour at least. */
  headers(): Promise<{ Authorization: string }>
  counts(): EndpointCounts
}

/** Requests since the endpoint was made. `rejected` is the sum of `held`, `aborted` and `retried`. */
export type EndpointCounts = {
  requests: number
  /** Rejected for lack of funds when sent first. */
  rejected: number
  /** Of these: the broker held, and the provider's own response was returned. */
  held: number
  /** Of these: aborted by the caller while it waited. */
  aborted: number
  /** Of these: sent a second time. */
  retried: number
  /** Of the retried: not rejected again. */
  answered: number
  /** Fundings that sent money. */
  funded: number
  /** What they sent, in wei. */
  paid: bigint
}

/** Why a rejected request was not funded. The list is closed: the reasons of auto-funding, and those of requests alone. */
export type EndpointHoldReason =
  | HoldReason
  /** The body is a stream or a form, which cannot be sent a second time. */
  | 'not-resendable'
  /** Another process sends for this wallet. */
  | 'locked'
  /** The funding took longer than `timeoutMs`. A transaction that was sent is followed to its end. */
  | 'not-funded'
  /** Any other failure: see `error`. */
  | 'failed'

/** A rejected request that was not funded, and why. */
export type EndpointHold = {
  provider: string
  reason: EndpointHoldReason
  /** What the provider wants to see available, and what it sees, in wei; null where it sees no sub-account. */
  required: bigint | null
  locked: bigint | null
  /** Null where the body alone is the reason. */
  error: Error | null
}

export const nothingCounted = (): EndpointCounts => ({
  requests: 0,
  rejected: 0,
  held: 0,
  aborted: 0,
  retried: 0,
  answered: 0,
  funded: 0,
  paid: 0n,
})

import { BudgetExhaustedError } from '../base/sending-errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { ServiceNotOfferedError } from '../base/not-sent-errors.ts'
import type { EndpointHoldReason } from './endpoint.types.ts'

/** By name, since some of these classes belong to rooms that this one may not import. */
const reasons: Readonly<Record<string, EndpointHoldReason | undefined>> = {
  LedgerNotExistsError: 'ledger-missing',
  InsufficientBalanceError: 'ledger-short',
  LedgerClosingError: 'ledger-closing',
  InsufficientGasError: 'gas-short',
  FeesTooHighError: 'fees-high',
  RefundPendingError: 'refund-pending',
  NotRecordedError: 'journal-unavailable',
  UnknownPendingError: 'unknown-pending',
  InDoubtError: 'unresolved-intent',
  PutBackPendingError: 'put-back-pending',
  UnresolvedIntentError: 'unresolved-intent',
  ReadError: 'stale-reading',
  StaleReadingError: 'stale-reading',
  LockedError: 'locked',
  LeaseLostError: 'locked',
  NotFundedError: 'not-funded',
}

/** The reason to hold that a failed funding stands for. */
export function holdReasonOf(error: unknown): EndpointHoldReason {
  if (!(error instanceof OgLedgerError)) return 'failed'
  const named = NAMED.find((reason) => reason === error.facts['hold'])
  if (named) return named
  if (error instanceof ServiceNotOfferedError) return offerIn(error)
  return error instanceof BudgetExhaustedError ? limitIn(error) : (reasons[error.name] ?? 'failed')
}

/** What an error names itself, as its fact `hold`. */
const NAMED = ['anomaly', 'awaiting-approval', 'paused'] as const

/** A provider that offers the service and is not paid for it has a signer that is not accepted. */
function offerIn({ offers, facts }: ServiceNotOfferedError): EndpointHoldReason {
  return offers.some((offered) => offered === facts['service']) ? 'provider-unaccepted' : 'provider-unregistered'
}

function limitIn({ facts }: BudgetExhaustedError): EndpointHoldReason {
  if (facts['maxTopUp'] !== undefined) return 'over-max'
  return facts['ledgerReserve'] === undefined ? 'budget-exhausted' : 'reserve'
}

import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import type { ClosingState, ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { ServiceType, Wei } from '../../machines/position.types.ts'
import type { ClosingOutcome } from '../transactions/journal.types.ts'

/** The version of the events' form: a field or an event that is new leaves it, everything else raises it. */
export const EVENT_VERSION = 1

/**
 * Something that happened to a wallet's money, or to what the broker knows of it; told once. An event is plain JSON: amounts
 * are decimal strings of wei, times are seconds of block time.
 */
export type BrokerEvent = EventHead &
  (
    | TopUpEvent
    | DepositEvent
    | OtherTransactionEvent
    | LevelEvent
    | RefundEvent
    | ClosingEvent
    | ReadingEvent
    | LeaseEvent
  )

/** What every event says. */
export type EventHead = {
  version: typeof EVENT_VERSION
  /** The chain's id. */
  chainId: number
  wallet: string
  /** Block time in seconds when it was told, estimated between two readings; 0 before the first reading. */
  at: number
  /** Block of the newest position; null before the first reading. */
  block: number | null
}

/** What pays a sub-account: top-ups of auto-funding and of endpoints, and transfers that a caller asked for. */
export type TopUpEvent = { provider: string; serviceType: ServiceType } & (PlanEvent<'top-up'> | PaymentEvent<'top-up'>)

/** What pays into the ledger: auto-deposit, and deposits that a caller asked for. */
export type DepositEvent = PlanEvent<'deposit'> | PaymentEvent<'deposit'>

/** Every other transaction: it requests and claims refunds, puts free money back, withdraws, acknowledges, revokes. */
export type OtherTransactionEvent = PaymentEvent<'transaction'>

type PlanEvent<Kind extends 'top-up' | 'deposit'> =
  /** Auto-funding begins to send it. A transaction follows, or `failed`. */
  | { type: `${Kind}.decided`; amount: Wei }
  /** A person must approve this amount, until `expiresAt`. */
  | { type: `${Kind}.approval-wanted`; amount: Wei; expiresAt: number }
  /** It is due and not sent, for another reason than before. */
  | {
      type: `${Kind}.held`
      reason: HoldReason
      /** The reason told before; null where nothing was held. */
      before: HoldReason | null
      /** What it would take; null where that is not known. */
      missing: Wei | null
      /** What the last attempt failed with; null where it did not. */
      message: string | null
    }
  /** It is not held any more: enough is there, or auto-funding is off. */
  | { type: `${Kind}.released`; before: HoldReason }

type PaymentEvent<Kind extends 'top-up' | 'deposit' | 'transaction'> = PaymentFields &
  (
    | ({ type: `${Kind}.sent` } & SentFields)
    /** A node does not take it now: it is sent again, and `hash` may still be mined. Told once for each reason. */
    | ({ type: `${Kind}.delayed` } & SentFields & {
          /** Of a closed list, such as `fee-too-low` or `insufficient-funds`. */
          reason: string
          /** The node's own words. */
          message: string
        })
    /** The same payment was signed anew with a higher fee, at the same nonce: `hash` is the new one. */
    | ({ type: `${Kind}.replaced` } & SentFields)
    | ({ type: `${Kind}.mined` } & SentFields & MinedFields)
    /** A reorganisation took its block back: it is sent once more, and `mined` follows anew. */
    | ({ type: `${Kind}.unmined` } & SentFields)
    | {
        type: `${Kind}.failed`
        /**
         * `not-sent`: it failed before it got a nonce; `overtaken`: another transaction came first, and it is decided anew;
         * `reverted`, `refused` by nodes, `superseded` at its nonce by another transaction.
         */
        outcome: 'not-sent' | 'overtaken' | 'reverted' | 'refused' | 'superseded'
        message: string
        /** Null where it got no nonce. */
        transaction: string | null
        hash: string | null
        nonce: number | null
        /** What the gas of a reverted one cost; null otherwise, and where its receipt does not say. */
        fee: Wei | null
      }
  )

/** What every event of a payment says of it. */
export type PaymentFields = {
  /** The contract's function. */
  operation: string
  /** What it moves: into the ledger, a sub-account, or back to the wallet. */
  amount: Wei
  /** The broker chose the amount: auto-funding, auto-deposit, `ensureFunded` or an endpoint. False where the caller named it. */
  automatic: boolean
}

export type SentFields = {
  /** The transaction's id in `broker.transactions()` and in the journal. */
  transaction: string
  /** Null while the wallet that sent it has not said. */
  hash: string | null
  nonce: number
}

export type MinedFields = {
  blockNumber: number
  /** Units of gas. */
  gasUsed: string
  /** What its gas cost; null where the receipt does not say. */
  fee: Wei | null
}

/** Money that runs out, seen ahead. */
export type LevelEvent =
  /** The ledger cannot pay what is due, or lasts less than a day at the present burn. */
  | {
      type: 'ledger.low'
      available: Wei
      /** What it lacks to pay all that is due. */
      shortfall: Wei
      /** When it is empty; null while that is not known. */
      dryAt: number | null
    }
  | { type: 'ledger.ample'; available: Wei }
  /** The wallet has less than a full exit takes, or its gas lasts less than a day at the present pace of top-ups. */
  | {
      type: 'gas.low'
      balance: Wei
      /** The gas of a full exit. */
      reserve: Wei
      dryAt: number | null
    }
  | { type: 'gas.ample'; balance: Wei }
  /** The node's pool holds a transaction of this wallet that the journal does not know: another program has the key. */
  | { type: 'foreign-transaction.seen'; nonce: number }

export type RefundEvent = { provider: string; serviceType: ServiceType } & (
  | {
      /** The lock of a refund is over. */
      type: 'refund.claimable'
      /** All that can be claimed from this sub-account. */
      amount: Wei
    }
  /** This much came home to the ledger. */
  | { type: 'refund.claimed'; amount: Wei }
)

export type ClosingEvent =
  /** Closing the ledger goes on with another kind of step. */
  { type: 'closing.step'; state: ClosingState; step: ClosingStep } | { type: 'closing.ended'; outcome: ClosingOutcome }

export type ReadingEvent =
  /** Readings fail, and the newest position is older than the interval and one retry: nothing is decided on it. */
  | {
      type: 'reading.stale'
      /** Block time of the newest position; null where there is none. */
      since: number | null
      /** Readings that failed in a row. */
      failures: number
      message: string
    }
  | { type: 'reading.recovered'; since: number | null }

/** Of a wallet whose journal several machines share: which process may send for it. */
export type LeaseEvent =
  /** This process has the wallet's lease, and sends for it. */
  | { type: 'lease.claimed'; holder: string; epoch: number }
  /** Another process has claimed the wallet, or the store has lost records: nothing more is sent for it from here. */
  | { type: 'lease.lost'; holder: string; epoch: number; message: string }

import { max } from '../../machines/wei.ts'
import { createActor, type ActorRefFrom } from 'xstate'
import { transactionMachine } from '../../machines/transaction/transaction.machine.ts'
import type { Inspected } from '../base/inspection.ts'
import type { BroadcastAnswer } from '../chain/broadcast-answer.ts'
import type { Fees } from '../chain/port.ts'
import { mostPerGas } from './fees.ts'
import type { Intent, Receipt } from './intent.ts'

export type TransactionActor = ActorRefFrom<typeof transactionMachine>

/** One set of signed bytes for an intent; `raw` is null where only the wallet has them. */
export type Attempt = { hash: string; raw: string | null; fees: Fees }

/** An intent that has a nonce, and whose outcome may still change. */
export type TrackedTransaction = {
  id: string
  intent: Intent
  nonce: number
  gasLimit: bigint
  /** Every hash it may be mined under, oldest first; empty while a wallet that signs by sending has not given one. */
  attempts: Attempt[]
  actor: TransactionActor
  /** No caller waits for it: it does not keep the process alive. */
  background: boolean
  /** Milliseconds since 1970: when it was recorded, by the clock of the process that did. */
  at: number
  /** A node refused it for good, and the chain has it all the same. */
  isRevived?: boolean
  /** Milliseconds since 1970: when this process first sent it, or signed its latest replacement. */
  since: number
  /** Milliseconds since 1970: its bytes are not sent again before then. */
  sendAgainAt: number
  /** How often this process sent it. */
  sends: number
  /** The node's last answer to its broadcast; null before. */
  answer: BroadcastAnswer | null
  /** Milliseconds since 1970: when a node last took it, or may have; null where none has. */
  takenAt: number | null
  /** How often in a row the node refused it for good. */
  refusals: number
  /** The latest block when its receipt became overdue; null before. */
  overdueSince: number | null
  /** Another transaction took its nonce, or the node shows none that did: it is in flight until that is final. */
  isNonceSpent: boolean
  /** At the last look the node did not show by what its nonce is spent, or its receipt. */
  isUnshown: boolean
  /** The block that it is mined in; null while it is not mined. */
  minedIn: number | null
  /** Block time in seconds before which it was not mined; null while it is not mined, or no reading tells. */
  notBefore: number | null
  /** What its gas cost, in wei; null while it is not mined, and where the receipt does not say. */
  fee: bigint | null
  /** Readings in a row whose nonce count denies its receipt. */
  contradictions: number
  /** Settles the promise of the caller that submitted it. */
  settle: { resolve(receipt: Receipt): void; reject(error: Error): void }
}

export type TrackedTransactionInput = Pick<
  TrackedTransaction,
  'id' | 'intent' | 'nonce' | 'gasLimit' | 'attempts' | 'background' | 'at' | 'isRevived'
>

/** A new transaction with its actor. `settle` does nothing until a caller waits for the outcome. */
export function createTrackedTransaction(
  input: TrackedTransactionInput,
  inspected: Inspected,
  now: number,
): TrackedTransaction {
  const { id, nonce, intent, attempts } = input
  const actor = createActor(transactionMachine, {
    input: { id, nonce, hash: attempts[0]?.hash ?? null, ...summaryOf(intent) },
    ...inspected(),
  })
  return {
    ...input,
    actor: actor.start(),
    since: now,
    sendAgainAt: now,
    sends: 0,
    answer: null,
    takenAt: null,
    refusals: 0,
    overdueSince: null,
    isNonceSpent: false,
    isUnshown: false,
    minedIn: null,
    notBefore: null,
    fee: null,
    contradictions: 0,
    settle: { resolve: () => undefined, reject: () => undefined },
  }
}

/** The most that it may still take from the wallet: value and gas, in wei. */
export function costOf({ intent, gasLimit, attempts }: TrackedTransaction): bigint {
  const perGas = attempts.reduce((most, { fees }) => max(most, mostPerGas(fees)), 0n)
  return (intent.call.value ?? 0n) + gasLimit * perGas
}

function summaryOf({ call, subAccount, amount, fromLedger }: Intent) {
  return { operation: call.method, subAccount, amount: `${amount}` as const, fromLedger: `${fromLedger}` as const }
}

import type { SubAccountId } from '../base/sub-account-key.ts'
import { type Intent, isDeposit } from '../transactions/intent.ts'
import type { TrackedTransaction, TransactionActor } from '../transactions/tracked-transaction.ts'
import type { Emit } from './emit.ts'
import { messageOf } from './message.ts'

/** Tells what becomes of each transaction, from the states of its chart. */
export type TransactionWatch = {
  /** Takes transactions of earlier processes up: no event tells the states that they have by now. */
  know(actors: Iterable<TransactionActor>): void
  see(transaction: ChangedTransaction): void
}

export type ChangedTransaction = Pick<TrackedTransaction, 'actor' | 'intent' | 'fee'>

export type TransactionWatchOptions = {
  emit: Emit
  /** A payment of auto-funding failed; `null`: one of auto-deposit. */
  onPaymentFailed: (id: SubAccountId | null) => void
}

type Snapshot = ReturnType<TransactionActor['getSnapshot']>
type Standing = { state: Snapshot['value']; hashes: number; refusal: string | null }

const NEW: Standing = { state: 'prepared', hashes: 1, refusal: null }

export function createTransactionWatch({ emit, onPaymentFailed }: TransactionWatchOptions): TransactionWatch {
  const known = new WeakMap<TransactionActor, Standing>()

  return {
    know(actors) {
      for (const actor of actors) known.set(actor, standingOf(actor.getSnapshot()))
    },
    see(transaction) {
      const { actor, intent } = transaction
      const snapshot = actor.getSnapshot()
      const { state: before, hashes, refusal } = known.get(actor) ?? NEW
      const now = snapshot.value
      const isReplaced = snapshot.context.hashes.length > Math.max(1, hashes)
      const isDelayed = snapshot.context.refusal !== null && snapshot.context.refusal.reason !== refusal
      if (before === now && !isReplaced && !isDelayed) return
      known.set(actor, standingOf(snapshot))
      const tell = tellerOf(snapshot, transaction, emit)
      if (isReplaced) tell.replaced()
      if (before === now) return isDelayed ? tell.delayed() : undefined
      if (now === 'broadcast') (before === 'prepared' ? tell.sent : tell.unmined)()
      if (now === 'mined' || now === 'reverted') {
        // The receipt may come before the node answers the broadcast.
        if (before === 'prepared') tell.sent()
      }
      if (isDelayed) tell.delayed()
      if (now === 'mined') tell.mined()
      if (now !== 'reverted' && now !== 'superseded' && now !== 'refused') return
      if (intent.decidedAt !== null) onFailed(intent)
      tell.failed(now)
    },
  }

  function onFailed(intent: Intent): void {
    const topUp = topUpOf(intent)
    if (topUp || isDeposit(intent)) onPaymentFailed(topUp)
  }
}

/** The sub-account that a transfer pays; null for a transfer that puts back what a claim took, and for all else. */
function topUpOf({ subAccount, claim }: Intent): SubAccountId | null {
  return claim === undefined ? subAccount : null
}

const standingOf = ({ value: state, context: { hashes, refusal } }: Snapshot): Standing => ({
  state,
  hashes: hashes.length,
  refusal: refusal?.reason ?? null,
})

/** Tells the listeners of one transaction, by what it pays. */
function tellerOf({ context }: Snapshot, { intent, fee }: ChangedTransaction, emit: Emit) {
  const { id: transaction, hash, nonce, operation, amount, blockNumber, gasUsed, reason, refusal } = context
  const sent = { operation, amount, automatic: intent.decidedAt !== null, transaction, hash, nonce }
  const cost = { fee: fee === null ? null : (`${fee}` as const) }
  const mined = { ...sent, ...cost, blockNumber: blockNumber ?? 0, gasUsed: gasUsed ?? '0' }
  const topUp = topUpOf(intent)
  const id = topUp && { provider: topUp.provider, serviceType: topUp.serviceType }
  const other = isDeposit(intent) ? 'deposit' : 'transaction'

  return {
    sent: () => emit(id ? { type: 'top-up.sent', ...id, ...sent } : { type: `${other}.sent`, ...sent }),
    mined: () => emit(id ? { type: 'top-up.mined', ...id, ...mined } : { type: `${other}.mined`, ...mined }),
    replaced: () => emit(id ? { type: 'top-up.replaced', ...id, ...sent } : { type: `${other}.replaced`, ...sent }),
    delayed() {
      const delayed = { ...sent, reason: refusal?.reason ?? '', message: messageOf(refusal?.message ?? '') }
      emit(id ? { type: 'top-up.delayed', ...id, ...delayed } : { type: `${other}.delayed`, ...delayed })
    },
    unmined: () => emit(id ? { type: 'top-up.unmined', ...id, ...sent } : { type: `${other}.unmined`, ...sent }),
    failed(outcome: 'reverted' | 'superseded' | 'refused') {
      const failed = { ...sent, ...cost, outcome, message: messageOf(reason ?? outcome) }
      emit(id ? { type: 'top-up.failed', ...id, ...failed } : { type: `${other}.failed`, ...failed })
    },
  }
}

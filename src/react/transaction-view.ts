import type { ServiceType, TransactionActor } from '../index.ts'

/** A transaction of the broker and how far it is. Amounts in wei. */
export type TransactionView = {
  id: string
  /** The state of its chart: `prepared`, `broadcast`, `mined`, `reverted`, `superseded` or `refused`. */
  state: ReturnType<TransactionActor['getSnapshot']>['value']
  /** The contract's function, such as `transferFund`. */
  operation: string
  /** The sub-account that it moves money to; null without one. */
  subAccount: { provider: string; serviceType: ServiceType } | null
  amount: bigint
  /** The hash that it was last sent under; null while its wallet has not said. */
  hash: string | null
  /** The block that it is mined in; null before. */
  blockNumber: number | null
  /** Why it reverted, was refused, or which transaction took its nonce. */
  reason: string | null
}

export function viewOf(actor: TransactionActor): TransactionView {
  const { value: state, context } = actor.getSnapshot()
  const { id, operation, subAccount, hashes, blockNumber, reason } = context
  return {
    id,
    state,
    operation,
    subAccount,
    amount: BigInt(context.amount),
    hash: hashes.at(-1) ?? null,
    blockNumber,
    reason,
  }
}

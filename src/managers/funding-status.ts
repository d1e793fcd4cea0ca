import type { SnapshotFrom } from 'xstate'
import type { autoFundingMachine } from '../../machines/auto-funding/auto-funding.machine.ts'
import type { NodeRefusal } from '../../machines/transaction/transaction.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { FundedAccount } from '../funding/funded-accounts.ts'

export type AutoFundingStatus = SubAccountId & {
  state: SnapshotFrom<typeof autoFundingMachine>['value']
  /** What the provider says it has served and not charged yet, in wei, and why that is not known anew. */
  unsettledFee: bigint
  feeError: string | null
  /** Block time at which the provider said so, in seconds: its age. Null before, and where no source is asked. */
  feeAt: number | null
  /** Block time of the position that this rests on, in seconds; null before the first. */
  asOf: number | null
  /** For how long readings fail, in seconds: all this is as of the last one that did not. Null while they succeed. */
  failingFor: number | null
  /** What the node said of a transaction for it that it does not take now; null otherwise. */
  refusal: NodeRefusal | null
} & Pick<SnapshotFrom<typeof autoFundingMachine>['context'], 'reason' | 'lastTopUp' | 'topUps' | 'paid' | 'failure'>

/** What every status says beside the state of its chart. */
export type StatusFacts = Pick<AutoFundingStatus, 'asOf' | 'failingFor'> & {
  /** By key of the sub-account. */
  refusals: ReadonlyMap<string, NodeRefusal>
}

/** Where auto-funding of a sub-account stands. */
export function fundingStatusOf(
  { id, chart, fee }: FundedAccount,
  { asOf, failingFor, refusals }: StatusFacts,
): AutoFundingStatus {
  const { value, context } = chart.getSnapshot()
  const { reason, lastTopUp, topUps, paid, failure } = context
  const { fee: unsettledFee, error: feeError, readAt: feeAt } = fee.known()
  const { provider, serviceType } = id
  return {
    provider,
    serviceType,
    state: value,
    reason,
    lastTopUp,
    topUps,
    paid,
    failure,
    unsettledFee,
    feeError,
    feeAt,
    asOf,
    failingFor,
    refusal: refusals.get(keyOf(id)) ?? null,
  }
}

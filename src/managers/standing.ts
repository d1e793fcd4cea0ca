import type { SnapshotFrom } from 'xstate'
import type { subAccountMachine } from '../../machines/sub-account/sub-account.machine.ts'
import type { ClosingStatus } from '../closing/types.ts'
import type { AutoDepositStatus } from '../funding/auto-deposit.ts'
import type { EndpointCounts } from '../provider/endpoint.types.ts'
import type { PendingRefund } from '../refunds/calendar.ts'
import type { AutoFundingStatus } from './funding-status.ts'

/** Where everything of a wallet stands. */
export type WalletStanding = {
  /** Of every sub-account that a position has shown: what its actor, which may not run, is in. */
  subAccounts: readonly SnapshotFrom<typeof subAccountMachine>[]
  /** Of every service. */
  autoFunding: readonly AutoFundingStatus[]
  /** Null while it is off. */
  autoDeposit: AutoDepositStatus | null
  /** Null while the ledger is not to be closed. */
  closing: ClosingStatus | null
  /** Those of the newest plan's position, the next to be unlocked first; none before it. */
  refunds: readonly PendingRefund[]
  endpoints: readonly (EndpointCounts & { provider: string })[]
}

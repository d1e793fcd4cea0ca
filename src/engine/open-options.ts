import type { ServiceType } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import type { InMs } from '../base/durations.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import type { BrokerOptions } from '../broker.types.ts'
import type { Connected, Connection } from '../chain/connect.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import type { AutoDepositConfig } from '../funding/config/auto-deposit-config.ts'
import type { AutoFundingConfig } from '../funding/config/auto-funding-config.ts'
import type { createQuiet } from '../funding/quiet.ts'
import type { SharedBudget } from '../funding/shared-budget.ts'
import type { SharedTime } from '../base/known-block.ts'
import type { Plan } from '../funding/plan.ts'

/** Options of a broker whose chain is connected already. */
export type OpenOptions = Omit<InMs<BrokerOptions>, keyof Connection | 'network'> & {
  clock?: Clock
  /** Added to each gas limit; at random by default. A simulation passes one, so that the same seed gives the same bytes. */
  gasMark?: number
  /** Counts the requests of its connection. */
  requests?: RequestCounts
  /** What a broker among many of one process does otherwise. */
  shared?: SharedOptions
  orders?: StandingOrders
  /** Connects another key to the same chain, for deposits. */
  connectPayer?: (signer: NonNullable<Connection['signer']>) => Promise<Connected>
}

/** What a broker keeps funded from its opening on, as calls of its managers would start it. */
export type StandingOrders = {
  autoFunding?: readonly { provider: string; serviceType?: ServiceType; config?: AutoFundingConfig }[] | undefined
  autoDeposit?: AutoDepositConfig | undefined
}

/** What a fleet's broker does otherwise: it reads together with the others, and does no work for what does not change. */
export type SharedOptions = {
  /** Milliseconds into each interval at which it reads. */
  phaseMs: () => number
  /** A budget for all of them. */
  budget?: SharedBudget | undefined
  /** What the others have read of the chain's time. */
  time: SharedTime
  /** Tells the readings that change nothing, which are not planned anew; null where each one is. */
  createQuiet: typeof createQuiet | null
  /** Receives each plan. */
  onPlan: (plan: Plan) => void
  /** Receives each event. */
  onEvent: (event: BrokerEvent) => void
}

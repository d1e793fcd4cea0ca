import {
  plan,
  type Decision,
  type PlanInput,
  type Position,
  type Standing,
  type SubAccountPosition,
} from '../../machines/index.ts'

/** Parts of a plan's input in small numbers: positions, standings, and the decisions that follow. */
export const account = (provider: string, balance: bigint, pendingRefund = 0n): SubAccountPosition => ({
  provider,
  serviceType: 'inference',
  balance,
  pendingRefund,
  available: balance - pendingRefund,
  claimable: 0n,
  refunds: [],
  acknowledged: true,
  tokensRevoked: false,
})

export const noLimits = { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: 0n }

export const standing = (provider: string, more: Partial<Standing> = {}): Standing => ({
  provider,
  serviceType: 'inference',
  mode: 'on',
  required: 10n,
  target: more.required ?? 10n,
  demand: { minLockedBalance: 5n, unsettledFee: 0n, burnRate: null },
  priority: 0,
  limits: noLimits,
  onPendingRefund: 'hold',
  needsApproval: false,
  registered: true,
  anomaly: null,
  inFlight: false,
  unresolved: false,
  settledFrom: null,
  failure: null,
  ...more,
})

export const position = (
  available: bigint,
  subAccounts: SubAccountPosition[],
  more: Partial<Position> = {},
): Position => ({
  block: { number: 100, timestamp: 1_000 },
  wallet: { address: 'wallet', balance: 1n },
  ledger: { available, total: available, locked: 0n, additionalInfo: '' },
  subAccounts,
  ...more,
})

export const input = (more: Partial<PlanInput> & Pick<PlanInput, 'position' | 'standings'>): PlanInput => ({
  inFlightFromLedger: 0n,
  minTransfer: 5n,
  budgetLeft: null,
  gasReserve: 0n,
  isStale: false,
  ...more,
})

export const brief = (decision: Decision) => (decision.action === 'hold' ? decision.reason : decision.amount)
export const decide = (more: Parameters<typeof input>[0]) => plan(input(more)).map(brief)

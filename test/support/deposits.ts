import { depositOn, type DepositDecision, type DepositInput, type DepositStanding } from '../../machines/index.ts'
import { position } from './plans.ts'

/** Parts of a decision about the ledger in small numbers: trigger 10, target 30, a wallet with 1000. */
export const depositStanding = (more: Partial<DepositStanding> = {}): DepositStanding => ({
  levels: { trigger: 10n, target: 30n },
  limits: noDepositLimits,
  payer: { balance: 1_000n, reserve: 0n, paysTopUps: true },
  needsApproval: false,
  inFlight: false,
  unresolved: false,
  settledFrom: null,
  failure: null,
  isClosing: false,
  withdrawnUntil: 0,
  ...more,
})

export const noDepositLimits = { maxDeposit: null, maxLedger: null, budgetLeft: null, coolingUntil: 0 }

export const depositInput = (more: Partial<DepositInput> = {}): DepositInput => ({
  position: position(5n, []),
  standing: depositStanding(),
  plan: { decisions: [], shortfall: 0n },
  inFlightFromLedger: 0n,
  arriving: 0n,
  minLedger: 3n,
  gasPrice: 0n,
  isStale: false,
  hasUnknownPending: false,
  feesAreHigh: false,
  ...more,
})

export const briefDeposit = (decision: DepositDecision) =>
  decision.action === 'hold' ? decision.reason : decision.amount

export const deposits = (more: Partial<DepositInput> = {}, standing: Partial<DepositStanding> = {}) =>
  briefDeposit(depositOn(depositInput({ standing: depositStanding(standing), ...more })))

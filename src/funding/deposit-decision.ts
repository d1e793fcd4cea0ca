import { limitsAt } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import { OPENING_GAS } from '../../machines/gas-costs.ts'
import { depositOn } from '../../machines/ledger/auto-deposit.policy.ts'
import type { DepositDecision, DepositInput, DepositStanding } from '../../machines/ledger/auto-deposit.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { InFlight } from '../transactions/lane.types.ts'
import { isDeposit } from '../transactions/intent.ts'
import type { DepositPolicy } from './config/auto-deposit-config.ts'
import type { DepositPayer } from './deposit-payer.ts'
import type { WithdrawalWatch } from './withdrawal-watch.ts'

/** What a decision about the ledger depends on beside the ledger itself: the plan's input, and the plan without a deposit. */
export type DepositFacts = Omit<DepositInput, 'standing' | 'arriving' | 'minLedger'>

/** What a decision about a deposit is made for: a policy, the wallet that deposits, and what happened before. */
export type DepositBasis = {
  policy: DepositPolicy
  payer: Pick<
    DepositPayer,
    | 'balance'
    | 'exitReserve'
    | 'paysTopUps'
    | 'inFlight'
    | 'deposits'
    | 'cannotRecord'
    | 'hasUnknownPending'
    | 'holdsForForeign'
  >
  lastDeposit: { blockNumber: number } | null
  failure: Failure | null
}

/** What goes on around the ledger. */
export type DepositSurroundings = {
  rules: Pick<Rules, 'minLedgerBalance'>
  /** Intents of the broker's own wallet without a known outcome. */
  inFlight: () => readonly InFlight[]
  isClosing: () => boolean
  /** A caller decides about a deposit. */
  isDeciding: () => boolean
  withdrawals: Pick<WithdrawalWatch, 'until'>
}

/** What to deposit: collects what the pure policy needs to know about the ledger's deposits, and nothing else. */
export function decideDeposit(
  basis: DepositBasis,
  facts: DepositFacts,
  surroundings: DepositSurroundings,
): DepositDecision {
  const { payer } = basis
  return depositOn({
    ...facts,
    standing: standingOf(basis, facts, surroundings),
    arriving: arrivingIn(facts.position, facts.plan.decisions, surroundings.inFlight()),
    minLedger: surroundings.rules.minLedgerBalance,
    hasUnknownPending: facts.hasUnknownPending || payer.hasUnknownPending(),
    cannotRecord: facts.cannotRecord === true || payer.cannotRecord(),
    holdsForForeign: facts.holdsForForeign === true || payer.holdsForForeign(),
  })
}

function standingOf(
  { policy, payer, lastDeposit, failure }: DepositBasis,
  { position, gasPrice }: DepositFacts,
  { inFlight, isClosing, isDeciding, withdrawals }: DepositSurroundings,
): DepositStanding {
  const { levels, maxLedger, maxDeposit, budget, cooldown } = policy
  const limits = limitsAt(
    { maxTopUp: maxDeposit, budget, cooldown, ledgerReserve: 0n },
    payer.deposits,
    position.block.timestamp,
  )
  const flights = [...inFlight(), ...payer.inFlight()].filter(({ intent }) => isDeposit(intent))
  const balance = payer.balance(position)
  const reserve = payer.exitReserve(position) + policy.gasReserve + costInFlight(payer, gasPrice ?? 0n)
  return {
    levels,
    limits: { maxDeposit, maxLedger, budgetLeft: limits.budgetLeft, coolingUntil: limits.coolingUntil },
    payer: balance === null ? null : { balance, reserve, paysTopUps: payer.paysTopUps },
    needsApproval: policy.approve !== null,
    inFlight: flights.length > 0 || isDeciding(),
    unresolved: flights.some(({ unresolved }) => unresolved),
    ...(flights.some(({ nonceSpent }) => nonceSpent) && { nonceSpent: true }),
    settledFrom: lastDeposit?.blockNumber ?? null,
    failure,
    isClosing: isClosing(),
    withdrawnUntil: withdrawals.until(),
  }
}

/** What the open transactions of a wallet may still cost it, in wei: their value, and gas at most. */
export function costInFlight(payer: Pick<DepositPayer, 'inFlight'>, gasPrice: bigint): bigint {
  return payer.inFlight().reduce((total, { intent }) => total + (intent.call.value ?? 0n) + gasPrice * OPENING_GAS, 0n)
}

/** What claims in flight, and those that this plan decides on, return to the ledger. */
function arrivingIn(position: Position, decisions: readonly Decision[], flights: readonly InFlight[]): bigint {
  const claiming = new Set(
    flights
      .filter(({ intent }) => intent.call.method === 'retrieveFund')
      .flatMap(({ intent }) => intent.touches.map(keyOf)),
  )
  for (const one of decisions) if (one.claim?.wait === null) claiming.add(keyOf(one))
  return position.subAccounts.reduce((total, one) => (claiming.has(keyOf(one)) ? total + one.claimable : total), 0n)
}

import {
  CLAIM_GAS_EACH,
  DELETE_GAS_EACH,
  REQUEST_GAS_EACH,
  RETRIEVE_GAS,
  REVOKE_GAS,
  WITHDRAW_GAS,
} from '../../machines/gas-costs.ts'
import { closingStep } from '../../machines/ledger/ledger.steps.ts'
import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Position, Refund, SubAccountElsewhere, SubAccountPosition } from '../../machines/position.types.ts'
import type { Rules } from '../chain/port.ts'
import type { ClosingAccount, ClosingPlan } from './types.ts'

/** One step, and the position that it is sent from. */
type Leg = { step: Exclude<ClosingStep, { type: 'wait' | 'stuck' }>; before: Position }

/**
 * The plan of a closing: every step to the end, with the effect that the contracts give it if nothing else happens.
 *
 * @param gasPrice in wei; 0 while it is unknown
 */
export function closingPlanOf(position: Position, rules: Rules, gasPrice: bigint): ClosingPlan {
  const { legs, end } = playThrough(position, rules)
  const units = legs.reduce((sum, leg) => sum + gasOf(leg), 0n)
  const price = gasPrice === 0n ? null : gasPrice
  const cost = price && units * price
  const total = position.ledger?.total ?? 0n
  const stuck = end.ledger?.total ?? 0n
  return {
    block: position.block,
    subAccounts: accountsIn(position)
      .filter(({ balance }) => balance > 0n)
      .map((one) => accountOf(one, legs, rules)),
    transactions: legs.length,
    endsAt: end.block.timestamp,
    gas: {
      units,
      price,
      cost,
      missing: cost !== null && cost > position.wallet.balance ? cost - position.wallet.balance : 0n,
    },
    home: total - stuck,
    stuck,
  }
}

function playThrough(position: Position, rules: Rules): { legs: Leg[]; end: Position } {
  const legs: Leg[] = []
  for (let before = position; ;) {
    const step = closingStep(before, rules)
    if (!step || step.type === 'stuck') return { legs, end: before }
    if (step.type !== 'wait') legs.push({ step, before })
    before = after(before, step, rules)
  }
}

/** A sub-account of the network's own services, or of the version named. */
type Account = SubAccountPosition & Partial<Pick<SubAccountElsewhere, 'service' | 'lockTime'>>

const accountsIn = ({ subAccounts, elsewhere = [] }: Position): Account[] => [...subAccounts, ...elsewhere]

function accountOf(account: Account, legs: readonly Leg[], rules: Rules): ClosingAccount {
  const { provider, serviceType, service, balance, refunds, available } = account
  const own = legs.filter(({ step }) => touches(step, account)).map(({ before }) => before.block.timestamp)
  const requested = available > 0n ? [{ amount: available, unlocksAt: Math.min(...own) + lockOf(account, rules) }] : []
  return {
    provider,
    serviceType,
    ...(service !== undefined && { service }),
    balance,
    refunds: [
      ...refunds.map(({ amount, unlocksAt }) => ({ amount, unlocksAt, isRequested: true })),
      ...requested.map((one) => ({ ...one, isRequested: false })),
    ],
    homeAt: Math.max(...own),
  }
}

/** The position that the contracts make of another by a step. */
function after(position: Position, step: ClosingStep, rules: Rules): Position {
  const { ledger, subAccounts, elsewhere, block } = position
  switch (step.type) {
    case 'revoke':
      return {
        ...position,
        subAccounts: subAccounts.map((one) =>
          one.provider === step.provider ? { ...one, tokensRevoked: false } : one,
        ),
      }
    case 'retrieve': {
      const done = {
        ...position,
        subAccounts: subAccounts.map((one) => (touches(step, one) ? afterRetrieve(one, block.timestamp, rules) : one)),
        ...(elsewhere && {
          elsewhere: elsewhere.map((one) => (touches(step, one) ? afterRetrieve(one, block.timestamp, rules) : one)),
        }),
      }
      const claimed = balanceIn(position) - balanceIn(done)
      return {
        ...done,
        ledger: ledger && { ...ledger, available: ledger.available + claimed, locked: ledger.locked - claimed },
      }
    }
    case 'wait':
      return { ...position, block: { ...block, timestamp: step.until } }
    case 'withdraw':
      return {
        ...position,
        ledger: ledger && ledger.locked > 0n ? { ...ledger, available: 0n, total: ledger.locked } : null,
      }
    case 'delete':
    case 'stuck':
      return { ...position, ledger: null }
  }
}

const balanceIn = (position: Position): bigint => accountsIn(position).reduce((sum, { balance }) => sum + balance, 0n)

function afterRetrieve<A extends Account>(account: A, now: number, rules: Rules): A {
  const { available } = account
  const left = account.refunds.filter(({ unlocksAt }) => unlocksAt > now)
  const unlocksAt = now + lockOf(account, rules)
  const queued: Refund[] = available > 0n ? [{ amount: available, createdAt: now, unlocksAt, claimable: false }] : []
  const refunds = [...left, ...queued]
  const pendingRefund = refunds.reduce((sum, { amount }) => sum + amount, 0n)
  return { ...account, refunds, pendingRefund, balance: pendingRefund, available: 0n, claimable: 0n }
}

/** The lock time at this block where a refund shows it, else that of the version, or of the rules. */
function lockOf({ refunds, serviceType, lockTime }: Account, { lockTimes }: Rules): number {
  const [first] = refunds
  return first ? first.unlocksAt - first.createdAt : (lockTime ?? lockTimes[serviceType] ?? 0)
}

function touches(step: ClosingStep, { provider, serviceType, service }: Account): boolean {
  if (step.type !== 'retrieve' || step.serviceType !== serviceType || step.service !== service) return false
  return step.providers.includes(provider)
}

function gasOf({ step, before }: Leg): bigint {
  const accounts = accountsIn(before)
  switch (step.type) {
    case 'revoke':
      return REVOKE_GAS
    case 'retrieve':
      return accounts
        .filter((one) => touches(step, one))
        .reduce((sum, { available }) => sum + (available > 0n ? REQUEST_GAS_EACH : CLAIM_GAS_EACH), RETRIEVE_GAS)
    case 'withdraw':
    case 'delete':
      return WITHDRAW_GAS + DELETE_GAS_EACH * BigInt(accounts.length)
  }
}

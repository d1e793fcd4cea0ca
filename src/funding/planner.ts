import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { planWithShortfall } from '../../machines/auto-funding/auto-funding.policy.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Decision, Limits, Standing } from '../../machines/auto-funding/plan.types.ts'
import { exitGas } from '../../machines/gas-costs.ts'
import type { Block, Position } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import { fromLedger, inFlightByAccount } from '../transactions/in-flight.ts'
import type { InFlight } from '../transactions/lane.ts'
import { budgetLeft, limitsOf, paymentsOf, type Spending } from './budget.ts'
import type { BurnRates } from './burn-rates.ts'
import { toPolicy, type AutoFundingPolicy } from './config.ts'
import type { FundedAccount } from './funded-accounts.ts'
import type { GasPrice } from './gas-price.ts'
import { gradingOf, planInputOf, type Grading } from './plan-input.ts'

/** What is to be done about each sub-account at one block, and why not. */
export type Plan = {
  block: Block
  position: Position
  decisions: readonly Decision[]
  /** What the ledger would need on top of what it has to do everything that is due, in wei. */
  shortfall: bigint
  /** What the wallet is to keep for the gas of a full exit, in wei; 0 while no price of gas is known. */
  gasReserve: bigint
}

export type PlanOptions = {
  /** As if auto-funding were on, with its defaults, for every sub-account that exists. */
  dryRun?: boolean
  /** The last reading failed: the position is older than it should be. */
  isStale?: boolean
}

export type PlannerOptions = {
  accounts: ReadonlyMap<string, FundedAccount>
  /** Sub-accounts that a caller of the account API is deciding about, by key. */
  reserved: ReadonlySet<string>
  minLockedBalance: bigint
  minTransfer: bigint | null
  inFlight: () => readonly InFlight[]
  spending: Spending
  gas: Pick<GasPrice, 'price'>
  claims: {
    /** Refunds of every sub-account are claimed, whatever its own policy says. */
    ofAll: boolean
    failureOf: (id: SubAccountId) => Failure | null
  }
  services: Pick<ServiceCache, 'isRegistered'>
  burns: Pick<BurnRates, 'of'>
}

/** The limits of one sub-account, and what the budget of all providers still allows; null is no limit. */
export type FundingLimits = { own: Limits; common: bigint | null }

export type Planner = {
  plan(position: Position, options?: PlanOptions): Plan
  /** What a sub-account must have available at least, in wei. */
  requiredOf(id: SubAccountId): bigint
  /** The limits of a sub-account at this block time, for auto-funding and for callers of the account API alike. */
  limitsOf(id: SubAccountId, now: number): FundingLimits
}

/** Makes plans: states what is wanted for each sub-account and what is in flight, and leaves the decisions to the policy. */
export function createPlanner(options: PlannerOptions): Planner {
  const { accounts, reserved, minLockedBalance, minTransfer, inFlight, spending, gas, claims, services, burns } =
    options
  /** A sub-account without auto-funding is graded by the default policy. */
  const defaults = toPolicy({}, minLockedBalance)
  const gradings = new Map<string, { policy: AutoFundingPolicy; fee: bigint; burn: Burn; grading: Grading }>()

  return {
    plan(position, { dryRun = false, isStale = false } = {}) {
      const now = position.block.timestamp
      const flights = inFlight()
      const payments = paymentsOf(spending)
      const price = gas.price
      const gasReserve = (price ?? 0n) * exitGas(position.subAccounts.length)
      const input = {
        position,
        standings: standingsAt(position, {
          flights,
          dryRun,
          limits: (id) => limitsOf(policyOf(id), id, payments, now),
        }),
        inFlightFromLedger: fromLedger(flights),
        minTransfer,
        budgetLeft: budgetLeft(spending.budget, payments.all, now),
        gasReserve,
        // A dry run sends nothing, so it does not wait for the price.
        gasPrice: dryRun ? (price ?? 0n) : price,
        isStale,
      }
      return { block: position.block, position, ...planWithShortfall(input), gasReserve }
    },
    requiredOf: (id) => gradingFor(keyOf(id)).required,
    limitsOf(id, now) {
      const payments = paymentsOf(spending)
      return {
        own: limitsOf(policyOf(id), id, payments, now),
        common: budgetLeft(spending.budget, payments.all, now),
      }
    },
  }

  function policyOf(id: SubAccountId): AutoFundingPolicy {
    return accounts.get(keyOf(id))?.policy ?? defaults
  }

  /** Every sub-account of the position, and those that auto-funding is to open. */
  function standingsAt(
    position: Position,
    {
      flights,
      dryRun,
      limits,
    }: { flights: readonly InFlight[]; dryRun: boolean; limits: (id: SubAccountId) => Limits },
  ): Standing[] {
    const touched = inFlightByAccount(flights)
    const ids = new Map<string, SubAccountId>()
    for (const account of position.subAccounts) ids.set(keyOf(account), account)
    for (const [key, { id }] of accounts) ids.set(key, id)
    return [...ids].map(([key, id]) => {
      const account = accounts.get(key)
      const context = account?.actor.getSnapshot().context
      return planInputOf(id, account?.policy ?? defaults, gradingFor(key), {
        mode: account ? (account.isPaused ? 'paused' : 'on') : dryRun ? 'on' : 'off',
        limits: limits(id),
        registered: registrationOf(id, account),
        inFlight: touched.has(key) || reserved.has(key),
        unresolved: touched.get(key)?.unresolved ?? false,
        settledFrom: context?.lastTopUp?.blockNumber ?? null,
        failure: context?.failure ?? null,
        claimsAll: claims.ofAll,
        claimFailure: claims.failureOf(id),
      })
    })
  }

  /** Lifecycle and plan need the same grading at each reading, so it is computed once for the same input. */
  function gradingFor(key: string): Grading {
    const account = accounts.get(key)
    const policy = account?.policy ?? defaults
    const fee = account?.fee.known().fee ?? 0n
    const burn = burns.of(key)
    const known = gradings.get(key)
    if (known?.burn === burn && known.policy === policy && known.fee === fee) return known.grading
    const grading = gradingOf(policy, fee, burn)
    gradings.set(key, { policy, fee, burn, grading })
    return grading
  }

  /** The services of fine-tuning providers are not read; without auto-funding nothing depends on the registration. */
  function registrationOf({ provider, serviceType }: SubAccountId, account: FundedAccount | undefined): boolean | null {
    if (serviceType !== 'inference') return true
    return services.isRegistered(provider) ?? (account ? null : true)
  }
}

/** What a plan decides about a sub-account; undefined where the plan does not have it. */
export function decisionIn({ decisions }: Plan, id: SubAccountId): Decision | undefined {
  return decisions.find((one) => keyOf(one) === keyOf(id))
}

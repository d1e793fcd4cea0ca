import { createActor, fromPromise, type ActorRefFrom } from 'xstate'
import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { autoFundingEvents } from '../../machines/auto-funding/auto-funding.events.ts'
import { autoFundingMachine } from '../../machines/auto-funding/auto-funding.machine.ts'
import { planWithShortfall } from '../../machines/auto-funding/auto-funding.policy.ts'
import type { Decision, Limits } from '../../machines/auto-funding/plan.types.ts'
import type { Approval, Failure, TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { toPolicy, type AutoFundingPolicy } from './config.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { createChargeHistory } from './charge-history.ts'
import type { Clock } from '../base/clock.ts'
import { createUnsettledFee, type UnsettledFee } from './unsettled-fees.ts'
import { inFlightByAccount, fromLedger } from '../transactions/in-flight.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import { budgetLeft, limitsOf, paymentsOf, type Spending } from './budget.ts'
import { gradingOf, standingOf, type Grading } from './plan-input.ts'
import { createBurnRates } from './burn-rates.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { InFlight } from '../transactions/lane.ts'

export type AutoFundingActor = ActorRefFrom<typeof autoFundingMachine>

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
  /** The chain could not be read of late. */
  isStale?: boolean
}

export type KeeperOptions = {
  /** Sub-accounts that somebody else is deciding about at this moment, by key. */
  reserved: ReadonlySet<string>
  minLockedBalance: bigint
  minTransfer: bigint | null
  inFlight: () => readonly InFlight[]
  spending: Spending
  gasReserve: (position: Position) => bigint
  /** Null while it is unknown. */
  gasPrice: () => bigint | null
  claims: {
    /** Refunds of every sub-account are claimed by themselves. */
    ofAll: boolean
    failureOf: (id: SubAccountId) => Failure | null
  }
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  /** What inference providers offer. */
  services: ServiceCache
  /** Asks inference providers; null where the wallet cannot sign in there by itself. */
  providerFees: ProviderFees | null
  topUp: (request: TopUpRequest, signal: AbortSignal) => Promise<TopUpReceipt>
  inspected: Inspected
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** A sub-account that auto-funding is on for. */
export type FundedAccount = {
  readonly id: SubAccountId
  policy: AutoFundingPolicy
  fee: UnsettledFee
  paused: boolean
  readonly actor: AutoFundingActor
}

/** Keeps the sub-accounts funded that auto-funding is on for: a plan for each position, and an actor for each. */
export function createKeeper(options: KeeperOptions) {
  const {
    reserved,
    minLockedBalance,
    minTransfer,
    inFlight,
    spending,
    gasReserve,
    gasPrice,
    claims,
    readSettlements,
    services,
    providerFees,
    topUp,
    inspected,
    clock,
    blockClock,
    logger,
  } = options
  const kept = new Map<string, FundedAccount>()
  const burns = createBurnRates()
  const history = createChargeHistory({ burns, readSettlements, clock, logger })
  const usual = toPolicy({}, minLockedBalance)
  /** One that auto-funding is not on for is graded as if it were, with the usual policy. */
  const unkept = { policy: usual, unsettledFee: 0n }
  const gradings = new Map<string, { policy: AutoFundingPolicy; unsettledFee: bigint; burn: Burn; grading: Grading }>()
  let latest: Plan | null = null
  const machine = autoFundingMachine.provide({
    actors: {
      topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input, signal }) => blockClock.dated(topUp(input, signal))),
      approve: fromPromise<Approval, TopUpRequest>(({ input, signal }) => blockClock.dated(approve(input, signal))),
    },
  })

  return {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor {
      const known = kept.get(keyOf(id))
      if (known) {
        // What one question was answered with is no answer to another.
        if (known.policy.unsettledFee !== policy.unsettledFee) known.fee = feeOf(id, policy)
        known.policy = policy
        return known.actor
      }
      const actor = createActor(machine, { input: id, ...inspected() })
      actor.subscribe({ error: (error) => logger.error({ err: error, ...id }, 'auto-funding actor failed') })
      kept.set(keyOf(id), { id, policy, fee: feeOf(id, policy), actor: actor.start(), paused: false })
      return actor
    },
    /** A paused one stays on, and holds. */
    pause(id: SubAccountId, paused: boolean): void {
      const one = kept.get(keyOf(id))
      if (one) one.paused = paused
    },
    /** The limits of a sub-account, whoever decides to send to it. */
    limitsOf(id: SubAccountId, now: number): { own: Limits; common: bigint | null } {
      const payments = paymentsOf(spending)
      const policy = kept.get(keyOf(id))?.policy ?? usual
      return { own: limitsOf(policy, id, payments, now), common: budgetLeft(spending.budget, payments.all, now) }
    },
    stop(id: SubAccountId): void {
      kept.get(keyOf(id))?.actor.stop()
      kept.delete(keyOf(id))
    },
    all: (): readonly FundedAccount[] => [...kept.values()],
    requiredOf(id: SubAccountId): bigint {
      const key = keyOf(id)
      return graded(key, gradedBy(kept.get(key))).required
    },
    /** The shortest interval that anybody asked for; null when nobody did. */
    intervalMs(): number | null {
      const asked = [...kept.values()].flatMap(({ policy }) => policy.intervalMs ?? [])
      return asked.length === 0 ? null : Math.min(...asked)
    },
    /** Looks at what those offer that are to be funded. */
    refreshServices: (): Promise<void> => services.refresh(inferenceProviders()),
    /** Looks at those that came since. */
    async refreshNewcomers(): Promise<void> {
      for (let late = newcomers(); late.length > 0; late = newcomers()) await services.refresh(late)
    },
    /** Asks for the unsettled fees; one that cannot be had keeps its last value. */
    async refreshFees({ block }: Position): Promise<void> {
      await Promise.all([...kept.values()].map(({ fee }) => fee.refresh(block.timestamp)))
    },
    /** Learns, once, what was charged before the first position. */
    learn: history.learn,
    /** The same for a reading, which waits half a second at most. */
    refreshCharges: history.refresh,
    /** Learns from a position how fast each sub-account is charged. */
    see: (position: Position): void => burns.observe(position, spending.paidIn),
    plan: planFor,
    latest: (): Plan | null => latest,
    /** What the newest plan says of a sub-account. */
    decisionOf,
    /** Tells each actor its decision. */
    act(made: Plan): void {
      latest = made
      for (const decision of made.decisions) {
        const one = kept.get(keyOf(decision))
        if (!one) continue
        const { actor, policy } = one
        const { value, context } = actor.getSnapshot()
        // Most of the time there is nothing new to say.
        if (value === 'watching' && context.reason === 'sufficient' && isSufficient(decision)) continue
        const standing = {
          settledFrom: value === 'settling' ? (context.lastTopUp?.blockNumber ?? null) : null,
          proposed: value === 'awaitingApproval' && context.amount !== null ? BigInt(context.amount) : null,
          expiresAt: context.decidedAt + policy.approvalTimeout,
        }
        for (const event of autoFundingEvents(made.position, standing, decision)) actor.send(event)
      }
    },
    close(): void {
      for (const { actor } of kept.values()) actor.stop()
      kept.clear()
    },
  }

  function planFor(position: Position, { dryRun = false, isStale = false }: PlanOptions = {}): Plan {
    const moving = inFlight()
    const touched = inFlightByAccount(moving)
    const ids = new Map<string, SubAccountId>()
    for (const account of position.subAccounts) ids.set(keyOf(account), account)
    for (const { id } of kept.values()) ids.set(keyOf(id), id)
    const payments = paymentsOf(spending)
    const standings = [...ids].map(([key, id]) => {
      const one = kept.get(key)
      const context = one?.actor.getSnapshot().context
      const { policy } = gradedBy(one)
      return standingOf({ id, policy }, graded(key, gradedBy(one)), {
        mode: one ? (one.paused ? 'paused' : 'on') : dryRun ? 'on' : 'off',
        limits: limitsOf(policy, id, payments, position.block.timestamp),
        registered: registrationOf(id, one !== undefined),
        inFlight: touched.has(key) || reserved.has(key),
        unresolved: touched.get(key)?.unresolved ?? false,
        settledFrom: context?.lastTopUp?.blockNumber ?? null,
        failure: context?.failure ?? null,
        claimsAll: claims.ofAll,
        claimFailure: claims.failureOf(id),
      })
    })
    const reserve = gasReserve(position)
    const input = {
      position,
      standings,
      inFlightFromLedger: fromLedger(moving),
      minTransfer,
      budgetLeft: budgetLeft(spending.budget, payments.all, position.block.timestamp),
      gasReserve: reserve,
      // Nothing is sent by a plan that only shows what would be done.
      gasPrice: dryRun ? (gasPrice() ?? 0n) : gasPrice(),
      isStale,
    }
    return { block: position.block, position, ...planWithShortfall(input), gasReserve: reserve }
  }

  /** Lifecycle and plan ask for the same at each reading. */
  function graded(key: string, { policy, unsettledFee }: typeof unkept): Grading {
    const burn = burns.of(key)
    const known = gradings.get(key)
    if (known?.burn === burn && known.policy === policy && known.unsettledFee === unsettledFee) return known.grading
    const grading = gradingOf({ policy, unsettledFee }, burn)
    gradings.set(key, { policy, unsettledFee, burn, grading })
    return grading
  }

  function gradedBy(account: FundedAccount | undefined): typeof unkept {
    return account ? { policy: account.policy, unsettledFee: account.fee.known().fee } : unkept
  }

  function feeOf(id: SubAccountId, { unsettledFee }: AutoFundingPolicy): UnsettledFee {
    return createUnsettledFee(id, unsettledFee, { providerFees, clock, logger })
  }

  /** Of fine-tuning nobody asks, and of those that are not kept nothing depends on it. */
  function registrationOf({ provider, serviceType }: SubAccountId, isKept: boolean): boolean | null {
    if (serviceType !== 'inference') return true
    return services.isRegistered(provider) ?? (isKept ? null : true)
  }

  function inferenceProviders(): string[] {
    return [...kept.values()].flatMap(({ id }) => (id.serviceType === 'inference' ? id.provider : []))
  }

  function newcomers(): string[] {
    return inferenceProviders().filter(services.isNew)
  }

  function decisionOf(id: SubAccountId): Decision | undefined {
    return latest?.decisions.find((one) => keyOf(one) === keyOf(id))
  }

  async function approve(request: TopUpRequest, signal: AbortSignal): Promise<Approval> {
    const ask = kept.get(keyOf(request))?.policy.approve
    const decision = decisionOf(request)
    const approved = ask && decision ? await ask(decision, signal) : false
    return { approved, at: blockClock.now() }
  }
}

function isSufficient(decision: Decision): boolean {
  return decision.action === 'hold' && decision.reason === 'sufficient'
}

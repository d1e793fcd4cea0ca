import { createActor, fromPromise, type ActorRefFrom } from 'xstate'
import { autoFundingMachine } from '../machines/auto-funding/auto-funding.machine.ts'
import {
  autoFundingEvents,
  plan,
  requiredBalance,
  type Decision,
  type Standing,
} from '../machines/auto-funding/auto-funding.policy.ts'
import type { TopUpReceipt, TopUpRequest } from '../machines/auto-funding/auto-funding.types.ts'
import type { Block, Position } from '../machines/position.types.ts'
import type { AutoFundingPolicy } from './auto-funding-config.ts'
import type { Inspect } from './inspect.ts'
import type { Logger } from './logger.ts'
import { keyOf, type SubAccountId } from './sub-account-id.ts'
import { within } from './within.ts'
import type { Flight } from './transactions/lane.ts'

export type AutoFundingActor = ActorRefFrom<typeof autoFundingMachine>

/** What is to be done about each sub-account at one block, and why not. */
export type Plan = { block: Block; decisions: readonly Decision[] }

export type KeeperOptions = {
  /** Sub-accounts that somebody else is deciding about at this moment, by key. */
  reserved: ReadonlySet<string>
  /** What sub-accounts without auto-funding are graded by. */
  minLockedBalance: bigint
  minTransfer: bigint | null
  inFlight: () => readonly Flight[]
  topUp: (request: TopUpRequest, signal: AbortSignal) => Promise<TopUpReceipt>
  inspect: Inspect | undefined
  logger: Logger
}

/** A provider that does not answer must not hold up the others. */
const FEE_TIMEOUT_MS = 5_000

type Kept = { id: SubAccountId; policy: AutoFundingPolicy; actor: AutoFundingActor; unsettledFee: bigint }

/** Keeps the sub-accounts funded that auto-funding is on for: a plan for each position, and an actor for each. */
export function createKeeper(options: KeeperOptions) {
  const { reserved, minLockedBalance, minTransfer, inFlight, topUp, inspect, logger } = options
  const kept = new Map<string, Kept>()
  const defaultRequired = requiredBalance({ unsettledFee: 0n, bufferMultiplier: 2, minLockedBalance })
  const machine = autoFundingMachine.provide({
    actors: { topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input, signal }) => topUp(input, signal)) },
  })

  return {
    start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor {
      const known = kept.get(keyOf(id))
      if (known) {
        known.policy = policy
        return known.actor
      }
      const actor = createActor(machine, { input: id, ...(inspect && { inspect }) })
      actor.subscribe({ error: (error) => logger.error({ err: error, ...id }, 'auto-funding actor failed') })
      kept.set(keyOf(id), { id, policy, actor: actor.start(), unsettledFee: 0n })
      return actor
    },
    stop(id: SubAccountId): void {
      kept.get(keyOf(id))?.actor.stop()
      kept.delete(keyOf(id))
    },
    get: (id: SubAccountId): AutoFundingActor | undefined => kept.get(keyOf(id))?.actor,
    all: (): readonly { id: SubAccountId; actor: AutoFundingActor }[] => [...kept.values()],
    requiredOf(id: SubAccountId): bigint {
      const one = kept.get(keyOf(id))
      return one ? one.policy.required(one.unsettledFee) : defaultRequired
    },
    /** The shortest interval that anybody asked for; null when nobody did. */
    intervalMs(): number | null {
      const asked = [...kept.values()].flatMap(({ policy }) => policy.intervalMs ?? [])
      return asked.length === 0 ? null : Math.min(...asked)
    },
    /** Asks for the unsettled fees; one that cannot be had keeps its last value. */
    async refreshFees(): Promise<void> {
      await Promise.all([...kept.values()].map(refreshFee))
    },
    plan: planFor,
    /** Tells each actor its decision. */
    act(position: Position, { decisions }: Plan): void {
      for (const decision of decisions) {
        const actor = kept.get(keyOf(decision))?.actor
        if (!actor) continue
        const { value, context } = actor.getSnapshot()
        const settledFrom = value === 'settling' ? (context.lastTopUp?.blockNumber ?? null) : null
        for (const event of autoFundingEvents(position, settledFrom, decision)) actor.send(event)
      }
    },
    close(): void {
      for (const { actor } of kept.values()) actor.stop()
      kept.clear()
    },
  }

  function planFor(position: Position): Plan {
    const moving = inFlight()
    const touched = new Map(
      moving.flatMap(({ intent, unresolved }) => intent.touches.map((id) => [keyOf(id), unresolved] as const)),
    )
    const ids = new Map<string, SubAccountId>()
    for (const { provider, serviceType } of position.subAccounts)
      ids.set(keyOf({ provider, serviceType }), { provider, serviceType })
    for (const { id } of kept.values()) ids.set(keyOf(id), id)
    const standings = [...ids].map(([key, id]): Standing => {
      const one = kept.get(key)
      const context = one?.actor.getSnapshot().context
      return {
        ...id,
        on: one !== undefined,
        required: one ? one.policy.required(one.unsettledFee) : defaultRequired,
        priority: one?.policy.priority ?? 0,
        inFlight: touched.has(key) || reserved.has(key),
        unresolved: touched.get(key) ?? false,
        settledFrom: context?.lastTopUp?.blockNumber ?? null,
        failure: context?.failure ?? null,
      }
    })
    const inFlightFromLedger = moving.reduce((sum, { intent }) => sum + intent.fromLedger, 0n)
    return { block: position.block, decisions: plan({ position, standings, inFlightFromLedger, minTransfer }) }
  }

  async function refreshFee(one: Kept): Promise<void> {
    if (!one.policy.unsettledFee) {
      one.unsettledFee = 0n
      return
    }
    try {
      const fee = await within(FEE_TIMEOUT_MS, one.policy.unsettledFee)
      if (typeof fee !== 'bigint' || fee < 0n) throw new TypeError('unsettledFee gave something else than wei.')
      one.unsettledFee = fee
    } catch (error) {
      logger.warn({ err: error, ...one.id }, 'unsettled fee unknown; its last value stands')
    }
  }
}

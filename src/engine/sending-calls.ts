import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import type { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { Connected } from '../chain/connect.ts'
import type { RuleUpdates } from '../chain/rule-updates.ts'
import type { ClosingGate } from '../closing/gate.ts'
import type { ApprovalNeed } from '../funding/approval-need.ts'
import type { Funding } from '../funding/funding.ts'
import type { GasPrice } from '../funding/gas-price.ts'
import {
  inferenceCalls,
  ledgerCalls,
  serviceCalls,
  type InferenceCalls,
  type LedgerCalls,
  type ServiceCalls,
  type ServiceCallsOptions,
} from '../managers/calls.ts'
import { endpointCalls, type EndpointCalls } from '../managers/endpoint-calls.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import type { Positions } from '../streams/positions.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { fromLedger } from '../transactions/in-flight.ts'
import type { Lane } from '../transactions/lane.types.ts'
import type { Submitter } from '../transactions/submitter.ts'
import type { ProviderAccess } from './provider-access.ts'

/** The parts of an engine that its calls send with. */
export type CallParts = {
  chain: Connected
  common: {
    wallet: string
    rules: Connected['rules']
    clock: Clock
    blockClock: BlockClock
    logger: Logger
    mustAsk: ApprovalNeed
  }
  positions: Positions
  submitter: Submitter
  ruleUpdates: Pick<RuleUpdates, 'refresh'>
  lane: Lane | null
  locks: AccountLocks
  funding: Funding
  gas: GasPrice
  gate: ClosingGate
  services: ServiceCache
  access: Lazy<ProviderAccess>
}

export function ledgerCallsOn(parts: CallParts): LedgerCalls {
  const { common, positions, submitter, ruleUpdates, lane, locks, funding, gas } = parts
  return ledgerCalls({
    ...common,
    ...payingOptions(parts),
    funding: funding.ledger,
    read: positions.fresh,
    refreshRules: ruleUpdates.refresh,
    // A transfer during a claim would count as a part of what the claim puts back.
    submit: (intent, options) => locks.after(intent.touches, () => submitter.submit(intent, options), options?.signal),
    submitAtOnce: submitter.submit,
    stallOf: (id) => locks.stallOf(id),
    forgo: (id) => locks.giveUp(id),
    isKept: (id) => funding.accounts.all().some((one) => keyOf(one.id) === keyOf(id)),
    lane,
    locks,
    ready: async () => lane?.open(),
    inFlight: () => lane?.inFlight() ?? [],
    idle: async (matches, signal) => lane?.idle(matches, signal),
    gas,
  })
}

export function serviceCallsOn(parts: CallParts): ServiceCalls {
  return serviceCalls(serviceOptions(parts))
}

export function inferenceCallsOn(parts: CallParts): InferenceCalls {
  return inferenceCalls({ ...serviceOptions(parts), onNewGeneration: parts.services.expire })
}

/** @param calls those of the same service type: an endpoint funds what its provider rejects by them */
export function endpointCallsOn(
  { access, funding, gate, gas }: CallParts,
  calls: Lazy<Pick<InferenceCalls, 'onDemand'>>,
): EndpointCalls {
  return endpointCalls({
    ...access.part.endpoints(),
    ...funding,
    onDemand: { fill: (...request) => calls.part.onDemand.fill(...request) },
    refuseWhileClosing: gate.check,
    gas,
  })
}

function serviceOptions(parts: CallParts): ServiceCallsOptions {
  const { common, positions, submitter, lane, locks, funding } = parts
  return {
    ...common,
    ...positions,
    ...payingOptions(parts),
    read: positions.fresh,
    submit: submitter.submit,
    locks,
    inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
    limitFacts: funding.planner.limitFacts,
    recall: (position) => funding.history.searchAll(position),
    onAsk: funding.ask,
    onUnpaid: funding.noteUnpaid,
    required: funding.required,
    reserveOf: funding.planner.reserveOf,
    isFunded: (id) => funding.autoFunding.all().some((one) => keyOf(one.id) === keyOf(id)),
  }
}

/** Who is paid: none of the deployment's own contracts. */
function payingOptions({ chain: { network, wallet }, services, submitter, gate }: CallParts) {
  return {
    services,
    wallet,
    contracts: {
      'the ledger contract': network.ledger,
      'the inference contract': network.inference,
      'the fine-tuning contract': network.fineTuning,
    },
    openLane: submitter.openLane,
    refuseWhileClosing: gate.check,
  }
}

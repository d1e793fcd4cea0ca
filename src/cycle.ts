import type { Block, Position } from '../machines/position.types.ts'
import type { ClosingStep } from '../machines/ledger/ledger.types.ts'
import type { BurnRates } from './funding/burn-rates.ts'
import type { ChargeHistory } from './funding/charge-history.ts'
import type { Dispatch } from './funding/dispatch.ts'
import type { FundedAccounts } from './funding/funded-accounts.ts'
import type { GasPrice } from './funding/gas-price.ts'
import type { Plan, Planner } from './funding/planner.ts'
import type { LedgerLifecycle } from './lifecycle/ledger-actor.ts'
import type { SubAccountActors } from './lifecycle/sub-account-actors.ts'
import type { ServiceCache } from './provider/service-cache.ts'
import type { Lane } from './transactions/lane.ts'

/** What a reading needs of each part of the broker. */
export type CycleParts = {
  /** Null for a read-only broker. */
  lane: Pick<Lane, 'confirm'> | null
  /** Whether a caller looks at plans: only then a read-only broker asks for the gas price, and any for earlier charges. */
  outlook: { readonly isWanted: boolean }
  funded: Pick<FundedAccounts, 'providers' | 'refreshFees'>
  services: Pick<ServiceCache, 'refresh' | 'isNew'>
  gas: Pick<GasPrice, 'refresh'>
  charges: Pick<ChargeHistory, 'refresh'>
  blockClock: { see(block: Block): void }
  burns: Pick<BurnRates, 'observe'>
  calendar: { see(position: Position): void }
  subAccounts: Pick<SubAccountActors, 'fold'>
  ledger: Pick<LedgerLifecycle, 'fold'>
  closing: { stepAt(position: Position): ClosingStep | null; advance(position: Position): void }
  planner: Pick<Planner, 'plan'>
  dispatch: Pick<Dispatch, 'send' | 'latest'>
  autoClaims: { act(plan: Plan): void }
  plans: { next(plan: Plan): void }
}

export type Cycle = {
  /** Gathers what decisions need beside the position. Where it rejects, the reading has failed. */
  prepare(position: Position): Promise<void>
  /** Turns the position into facts, a plan and actions, in this order. A step that throws ends the cycle there. */
  accept(position: Position): void
  /** Shows the latest plan again as one of a stale position; no part acts on it. */
  failed(): void
}

/** What happens at a reading, from top to bottom. */
export function createCycle({ lane, outlook, funded, services, gas, charges, ...parts }: CycleParts): Cycle {
  const { blockClock, burns, calendar, subAccounts, ledger, closing, planner, dispatch, autoClaims, plans } = parts

  return {
    async prepare(position) {
      const { number, timestamp } = position.block
      // Each waits half a second at most and never rejects, but for the receipts: those must be confirmed.
      await Promise.all([
        services.refresh(funded.providers()),
        funded.refreshFees(timestamp),
        (lane || outlook.isWanted) && gas.refresh(),
        lane?.confirm(number),
        outlook.isWanted && charges.refresh(position),
      ])
      await refreshNewcomers()
    },
    accept(position) {
      blockClock.see(position.block)
      burns.observe(position)
      calendar.see(position)
      subAccounts.fold(position)
      ledger.fold(position, closing.stepAt(position))
      closing.advance(position)
      const plan = planner.plan(position)
      dispatch.send(plan)
      autoClaims.act(plan)
      plans.next(plan)
    },
    failed() {
      const latest = dispatch.latest()
      if (latest) plans.next(planner.plan(latest.position, { isStale: true }))
    },
  }

  /** Auto-funding may start for a provider during the reading: its service is read before the plan decides about it. */
  async function refreshNewcomers(): Promise<void> {
    const newcomers = (): string[] => funded.providers().filter(services.isNew)
    for (let late = newcomers(); late.length > 0; late = newcomers()) await services.refresh(late)
  }
}

import type { ClosingPlan } from '../index.ts'
import type { ClosingAccountState, ClosingPlanState } from './protocol.ts'
import { wei } from './views.ts'

/** The plan of a closing as the page's table shows it. */
export function closingPlanStateOf(plan: ClosingPlan): ClosingPlanState {
  const { block, subAccounts, transactions, endsAt, gas, home, stuck } = plan
  return {
    block,
    subAccounts: subAccounts.map(accountStateOf),
    transactions,
    endsAt,
    gas: { units: wei(gas.units), cost: gas.cost === null ? null : wei(gas.cost), missing: wei(gas.missing) },
    home: wei(home),
    stuck: wei(stuck),
  }
}

function accountStateOf({
  provider,
  serviceType,
  service,
  refunds,
  homeAt,
}: ClosingPlan['subAccounts'][number]): ClosingAccountState {
  const sum = (isRequested: boolean) =>
    wei(refunds.filter((one) => one.isRequested === isRequested).reduce((all, { amount }) => all + amount, 0n))
  const unlocks = refunds.length === 0 ? [homeAt] : refunds.map(({ unlocksAt }) => unlocksAt)
  return {
    provider,
    serviceType,
    service: service ?? null,
    asked: sum(false),
    pending: sum(true),
    unlocks: { first: Math.min(...unlocks), last: Math.max(...unlocks) },
    homeAt,
  }
}

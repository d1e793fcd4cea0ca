import type { Position } from '../position.types.ts'
import { gradeAccount, subAccountIn } from '../sub-account/sub-account.facts.ts'
import type { Fact } from '../sub-account/sub-account.types.ts'
import { runwayOf } from './auto-funding.levels.ts'
import type { DecisionRow, Standing } from './plan.types.ts'

type RowStanding = Pick<Standing, 'provider' | 'serviceType' | 'required' | 'target' | 'demand' | 'limits' | 'anomaly'>

/** One sub-account's row of a plan: its balances at this position, and its levels. */
export function rowOf(position: Position, standing: RowStanding): DecisionRow {
  const { provider, serviceType, required, target, demand, limits, anomaly } = standing
  const found = subAccountIn(position, standing)
  const available = found?.available ?? 0n
  const row: DecisionRow = {
    provider,
    serviceType,
    state: stateNames[gradeAccount(found, required)],
    available,
    pendingRefund: found?.pendingRefund ?? 0n,
    required,
    target,
    deficit: available < required ? target - available : 0n,
    burnRate: demand.burnRate,
    runway: runwayOf(available, demand),
    limits,
  }
  if (anomaly) row.anomaly = anomaly
  return row
}

const stateNames: Readonly<Record<Fact, DecisionRow['state']>> = {
  'account.gone': 'none',
  'account.empty': 'created',
  'balance.low': 'low',
  'balance.ample': 'funded',
  'refund.locked': 'refunding',
  'refund.claimable': 'refunding',
}

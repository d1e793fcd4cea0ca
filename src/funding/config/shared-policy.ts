import type { AutoFundingPolicy } from './auto-funding-policy.ts'

/** A process seldom has more policies. */
const MOST = 100
const known = new Map<string, AutoFundingPolicy>()

/** The first policy of the process that is equal to this one: the thousands of a fleet mostly come from one config. */
export function sharedPolicy(policy: AutoFundingPolicy): AutoFundingPolicy {
  // A function belongs to the caller that gave it.
  if (typeof policy.unsettledFee === 'function' || policy.approve) return policy
  const text = JSON.stringify(policy, textOf)
  const first = known.get(text)
  if (first) return first
  if (known.size >= MOST) known.clear()
  known.set(text, policy)
  return policy
}

/** JSON has neither a bigint nor an infinity. */
function textOf(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'number' ? `${typeof value} ${value}` : value
}

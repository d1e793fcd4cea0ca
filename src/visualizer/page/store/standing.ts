import type { SubAccountState } from '../../protocol.ts'
import { iconOfState, lifecycleWord } from '../format/accounts.ts'
import type { IconName } from '../format/icons.ts'
import { toneOfState, type Tone } from '../format/tones.ts'

/** Where a sub-account stands for a person: its state, or that it is being refilled. */
export type Standing = { name: string; word: string; tone: Tone; icon: IconName }

export const REFILLING = 'refilling'

/** A refill just in time is no trouble: low is what a hold keeps low, or what nothing refills. */
export function standingOf(one: Pick<SubAccountState, 'lifecycle' | 'autoFunding' | 'plan'>): Standing {
  if (isRefilling(one)) return { name: REFILLING, word: REFILLING, tone: 'moving', icon: 'moving' }
  const { value } = one.lifecycle
  return {
    name: value.split('.')[0] ?? value,
    word: lifecycleWord(one),
    tone: toneOfState('subAccount', value),
    icon: iconOfState(one),
  }
}

export function isRefilling({
  lifecycle,
  autoFunding,
  plan,
}: Pick<SubAccountState, 'lifecycle' | 'autoFunding' | 'plan'>): boolean {
  if (!autoFunding || (lifecycle.value !== 'low' && lifecycle.value !== 'created')) return false
  const { value } = autoFunding
  // The entries of a reading come one by one: a plan with enough is older than the charge.
  const isNews = value === 'watching' && (plan === null || plan.action === 'top-up' || plan.reason === 'sufficient')
  return isNews || value === 'toppingUp' || value === 'settling'
}

/** How many sub-accounts stand where. */
export function standings(all: readonly SubAccountState[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const one of all) {
    const { name } = standingOf(one)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

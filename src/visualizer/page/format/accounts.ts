import type { PlanState, SubAccountState } from '../../protocol.ts'
import { inOg } from './amounts.ts'
import type { IconName } from './icons.ts'
import type { Tone } from './tones.ts'
import { planWords, short, stateWords } from './words.ts'

/** The model of its provider, else the address. The provider chose that text: it is shown, never trusted. */
export const titleOf = ({ service, provider }: SubAccountState): string => service?.model || short(provider)

export const lifecycleWord = ({ lifecycle }: Pick<SubAccountState, 'lifecycle'>): string =>
  stateWords[lifecycle.value] ?? lifecycle.value

/** Why it is not said how long a sub-account lasts. */
export const runwayWait = (plan: PlanState | null): string =>
  plan?.burnRate == null ? 'not yet' : plan.burnRate === '0' ? 'no burn' : 'unknown'

export function iconOfState({ lifecycle }: Pick<SubAccountState, 'lifecycle'>): IconName {
  const name = lifecycle.value.split('.')[0] ?? ''
  return icons.find((icon) => icon === name) ?? 'none'
}

/** What happens next, or why nothing does. A top-up that is under way comes before the plan. */
export function nextOf(
  { autoFunding, plan, account, lifecycle }: SubAccountState,
  dryRun: boolean,
): { text: string; tone: Tone } {
  const amount = autoFunding?.amount ? `${inOg(autoFunding.amount)} OG` : ''
  switch (autoFunding?.value) {
    case 'toppingUp':
      return { text: `${amount} on its way`, tone: 'moving' }
    case 'settling':
      return { text: 'top-up mined, awaiting a reading', tone: 'moving' }
    case 'awaitingApproval':
      return { text: `${amount} ${amount === '' ? 'awaits' : 'await'} your approval`, tone: 'moving' }
    default:
  }
  // The entries of a reading come one by one: the new state is here before the new plan.
  const isNews = lifecycle.value === 'low' && plan?.reason === 'sufficient'
  if (!plan || isNews) return { text: 'not planned yet', tone: 'calm' }
  const text = planWords(plan, dryRun)
  if (plan.action !== 'hold') return { text, tone: 'moving' }
  if (plan.reason === 'refund-pending') return { text, tone: 'refund' }
  if (plan.reclaim?.wait === null) return { text: `${inOg(plan.reclaim.amount)} OG asked back`, tone: 'moving' }
  const isCalm = calm.has(plan.reason ?? '') || BigInt(plan.deficit) === 0n
  if (!isCalm) return { text, tone: 'low' }
  return {
    text: account && BigInt(account.claimable) > 0n ? `${inOg(account.claimable)} OG to claim` : text,
    tone: 'calm',
  }
}

/** Reasons that are no trouble, however much is missing. */
const calm = new Set<string>(['off', 'paused', 'idle', 'use-unread'])

const icons = ['funded', 'low', 'created', 'none', 'refunding', 'closed'] as const

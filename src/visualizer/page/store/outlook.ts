import { inOg, sum } from '../format/amounts.ts'
import { duration } from '../format/durations.ts'
import type { Tone } from '../format/tones.ts'
import { count, reasonWords } from '../format/words.ts'
import type { State, SubAccountState } from '../../protocol.ts'

/** The overall state in one sentence. */
export type Outlook = { tone: Tone; text: string }

const SOON = 24 * 3_600

/** The most severe condition wins. */
export function outlookOf(state: State): Outlook {
  const { block, ledger, reading, forecast, shortfall } = state
  const all = Object.values(state.subAccounts)
  if (reading.failures > 0 && !block) return { tone: 'bad', text: 'The chain cannot be read.' }
  if (!block) return { tone: 'calm', text: 'The position is being read.' }
  if (reading.failures > 0) return { tone: 'bad', text: 'The chain cannot be read: nothing is decided meanwhile.' }
  if (!ledger) return { tone: 'low', text: 'There is no ledger yet. A deposit opens one.' }
  if (BigInt(shortfall) > 0n) return { tone: 'bad', text: `The ledger is ${inOg(shortfall)} OG short of what is due.` }
  const held = all.filter(isStuck)
  if (held.length > 0) return { tone: 'bad', text: stuckWords(held) }
  const asking = all.filter(({ autoFunding }) => autoFunding?.value === 'awaitingApproval')
  if (asking.length > 0)
    return { tone: 'moving', text: `${count(asking.length, 'top-up')} of ${amountOf(asking)} OG to approve.` }
  const moving = all.filter(({ autoFunding }) => autoFunding?.value === 'toppingUp')
  if (moving.length > 0)
    return { tone: 'moving', text: `Topping up ${count(moving.length, 'sub-account')} with ${amountOf(moving)} OG.` }
  const dry = soonest(forecast?.ledgerDryAt, forecast?.gasDryAt)
  if (dry !== null && dry - block.timestamp < SOON)
    return {
      tone: 'low',
      text: `${dry === forecast?.ledgerDryAt ? 'The ledger' : 'Gas'} runs dry in ${duration(dry - block.timestamp)}.`,
    }
  const low = all.filter(isLow)
  if (low.length > 0) return { tone: 'low', text: `${count(low.length, 'sub-account')} below what is required.` }
  const refunding = all.filter(({ account }) => account && account.pendingRefund !== '0')
  if (refunding.length > 0)
    return { tone: 'refund', text: `${count(refunding.length, 'refund is', 'refunds are')} pending.` }
  if (all.length === 0) return { tone: 'calm', text: 'There are no sub-accounts yet.' }
  return { tone: 'good', text: 'Every sub-account has what it needs.' }
}

function isLow({ plan, account, lifecycle }: SubAccountState): boolean {
  if (!account || plan?.reason === 'refund-pending') return false
  return lifecycle.value === 'low' || BigInt(plan?.deficit ?? 0) > 0n
}

/** A top-up is due and held, for a reason that does not pass by itself. */
function isStuck({ plan, autoFunding }: SubAccountState): boolean {
  if (plan?.action !== 'hold' || BigInt(plan.deficit) === 0n || !autoFunding) return false
  return plan.reason !== null && !agreed.has(plan.reason)
}

/** Hold reasons that pass by themselves, or that the user chose. */
const agreed = new Set<string>(['in-flight', 'settling', 'cooling-down', 'refund-pending', 'paused', 'off'])

function stuckWords(held: readonly SubAccountState[]): string {
  const [first] = held
  const reason = first?.plan?.reason ?? null
  const isOne = held.every(({ plan }) => plan?.reason === reason)
  const why = isOne && reason !== null ? `: ${reasonWords(reason).short}` : ''
  return `${count(held.length, 'sub-account')} cannot be topped up${why}.`
}

const amountOf = (all: readonly SubAccountState[]): string =>
  inOg(sum(all.map(({ autoFunding }) => autoFunding?.amount ?? '0')))

function soonest(...times: (number | null | undefined)[]): number | null {
  const known = times.filter((time) => typeof time === 'number')
  return known.length === 0 ? null : Math.min(...known)
}

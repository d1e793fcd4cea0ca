import type { HoldReason } from '../../../../machines/index.ts'
import { inOg, sum } from '../format/amounts.ts'
import { sameClock, type ChainClock } from '../format/chain-clock.ts'
import { duration } from '../format/durations.ts'
import { closingIn } from './closing.ts'
import { isRefilling } from './standing.ts'
import { depositsIn, type Deposits } from '../format/deposit.ts'
import type { Tone } from '../format/tones.ts'
import { count } from '../format/words.ts'
import { depositReasonWords, reasonWords } from '../format/hold-reasons.ts'
import type { State, SubAccountState } from '../../protocol.ts'

/** The overall state in one sentence. */
export type Outlook = { tone: Tone; text: string }

const SOON = 24 * 3_600

/**
 * The most severe condition wins.
 *
 * @param now this machine's time in milliseconds, for how long a closing still takes
 * @param ledgerDryAt where the shown figures know it better than the forecast
 */
export function outlookOf(
  state: State,
  {
    now = (state.block?.timestamp ?? 0) * 1_000,
    at = sameClock,
    ledgerDryAt = state.forecast?.ledgerDryAt ?? null,
  }: { now?: number; at?: ChainClock; ledgerDryAt?: number | null } = {},
): Outlook {
  const { block, ledger, reading, forecast, shortfall } = state
  const all = Object.values(state.subAccounts)
  if (reading.failures > 0 && !block) return { tone: 'bad', text: 'The chain cannot be read.' }
  if (!block) return { tone: 'calm', text: 'The position is being read.' }
  if (isOutage(state)) return { tone: 'bad', text: 'The chain cannot be read: nothing is decided meanwhile.' }
  if (reading.failures > 0) return { tone: 'low', text: 'One reading came late. What is shown is of the one before.' }
  const closing = closingIn(state, now, at)
  if (closing) return { tone: closing.tone, text: `Closing: ${closing.step}. ${closing.home}` }
  const refusal = refusalIn(state)
  if (refusal !== null) return { tone: 'bad', text: `The node does not take a transaction: ${refusal}` }
  const deposits = depositsIn(state)
  if (deposits?.actor?.value === 'awaitingApproval')
    return { tone: 'moving', text: `A deposit of ${inOg(deposits.actor.amount ?? '0')} OG to approve.` }
  if (deposits?.actor?.value === 'depositing')
    return { tone: 'moving', text: `Depositing ${inOg(deposits.actor.amount ?? '0')} OG into the ledger.` }
  if (!ledger) return { tone: 'low', text: 'There is no ledger yet. A deposit opens one.' }
  if (BigInt(shortfall) > 0n) return { tone: 'bad', text: `The ledger is ${inOg(shortfall)} OG short of what is due.` }
  const stuck = stuckDeposit(deposits)
  if (stuck !== null) return { tone: 'bad', text: `Nothing can be deposited: ${depositReasonWords(stuck).short}.` }
  const held = all.filter(isStuck)
  if (held.length > 0) return { tone: 'bad', text: stuckWords(held) }
  const asking = all.filter(({ autoFunding }) => autoFunding?.value === 'awaitingApproval')
  if (asking.length > 0)
    return { tone: 'moving', text: `${count(asking.length, 'top-up')} of ${amountOf(asking)} OG to approve.` }
  const moving = all.filter(({ autoFunding }) => autoFunding?.value === 'toppingUp')
  if (moving.length > 0)
    return { tone: 'moving', text: `Refilling ${count(moving.length, 'sub-account')} with ${amountOf(moving)} OG.` }
  const dry = soonest(ledgerDryAt, forecast?.gasDryAt)
  if (dry !== null && dry - block.timestamp < SOON)
    return {
      tone: 'low',
      text: `${dry === ledgerDryAt ? 'The ledger' : 'Gas'} runs dry in ${duration(dry - block.timestamp)}.`,
    }
  const low = all.filter(isLow)
  if (low.length > 0) return { tone: 'low', text: `${count(low.length, 'sub-account')} below what is required.` }
  const refunding = all.filter(({ account }) => account && account.pendingRefund !== '0')
  if (refunding.length > 0)
    return { tone: 'refund', text: `${count(refunding.length, 'refund is', 'refunds are')} pending.` }
  if (all.some(isRefilling))
    return { tone: 'moving', text: `Refilling ${count(all.filter(isRefilling).length, 'sub-account')}.` }
  if (all.length === 0) return { tone: 'calm', text: 'There are no sub-accounts yet.' }
  return { tone: 'good', text: 'Every sub-account has what it needs.' }
}

/** More than one late reading: the plan decides nothing on a position that old. */
function isOutage({ reading, subAccounts, deposit }: State): boolean {
  if (reading.failures === 0) return false
  const reasons = [deposit?.reason, ...Object.values(subAccounts).map(({ plan }) => plan?.reason)]
  return reading.failures > 1 || reasons.includes('stale-reading')
}

/** What the node says of a transaction that it does not take. */
function refusalIn({ transactions }: State): string | null {
  const refused = Object.values(transactions).find((one) => one.value === 'broadcast' && one.refusal)
  return refused?.refusal ?? null
}

function isLow(one: SubAccountState): boolean {
  const { plan, account, lifecycle, autoFunding } = one
  // Auto-funding is about to pay it.
  if (autoFunding && plan?.action === 'top-up') return false
  // An idle sub-account needs nothing.
  if (!account || isRefilling(one) || plan?.reason === 'refund-pending' || plan?.reason === 'idle') return false
  return lifecycle.value === 'low' || BigInt(plan?.deficit ?? 0) > 0n
}

/** A top-up is due and held, for a reason that does not pass by itself. */
function isStuck({ plan, autoFunding }: SubAccountState): boolean {
  if (plan?.action !== 'hold' || BigInt(plan.deficit) === 0n || !autoFunding) return false
  return plan.reason !== null && !agreed.has(plan.reason)
}

/** The reason of a deposit that is due and held, where it does not pass by itself; null without one. */
function stuckDeposit(deposits: Deposits | null): HoldReason | null {
  if (!deposits?.actor || deposits.row?.action !== 'hold' || BigInt(deposits.row.deficit) === 0n) return null
  const { reason } = deposits.row
  return reason !== null && agreed.has(reason) ? null : reason
}

/** Hold reasons that pass by themselves, or that the user chose. */
const agreed = new Set<string>([
  'in-flight',
  'settling',
  'cooling-down',
  'refund-pending',
  'paused',
  'off',
  'idle',
  'use-unread',
  'withdrawal',
  'ledger-closing',
])

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

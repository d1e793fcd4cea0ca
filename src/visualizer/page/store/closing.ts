import type { ClosingProgress, State } from '../../protocol.ts'
import { inOg } from '../format/amounts.ts'
import type { ChainClock } from '../format/chain-clock.ts'
import { duration, moment } from '../format/durations.ts'
import type { Tone } from '../format/tones.ts'
import { count } from '../format/words.ts'
import { elsewhereIn } from './elsewhere.ts'

/** How far closing has come, for the headline and its bar. */
export type Closing = {
  /** The step that is due, in words. */
  step: string
  /** When the money is home, or why that is not known yet. */
  home: string
  /** What is not home yet, or why the step is not sent. */
  rest: string
  /** From 0 to 1. */
  part: number
  tone: Tone
}

/**
 * Null while the ledger is not being closed.
 *
 * @param now this machine's time, in milliseconds
 */
export function closingIn(state: State, now: number, at: ChainClock): Closing | null {
  const { closing } = state
  if (!closing) return null
  const until = homeAt(state)
  const left = until === null ? 0 : (at(until) - now) / 1_000
  const soon = closing.state === 'withdrawing' || closing.state === 'deleting'
  const home = soon
    ? 'Home with this step.'
    : until === null
      ? 'Home once everything is asked back and its lock is over.'
      : left > 0
        ? `Home from ${moment(at(until), now)} at the earliest, in ${duration(left)}.`
        : 'Home as soon as it is claimed.'
  const isStuck = closing.hold === 'unresolved-intent' || closing.failure !== null
  return {
    step: STEPS[closing.state],
    home,
    rest: restOf(closing),
    part: partOf(state, now, at),
    tone: isStuck ? 'bad' : 'refund',
  }
}

const STEPS: Readonly<Record<ClosingProgress['state'], string>> = {
  revoking: 'revoking API tokens for good',
  retrieving: 'asking back and claiming',
  waiting: 'waiting for refunds',
  withdrawing: 'withdrawing everything from the ledger',
  deleting: 'deleting the empty ledger',
}

const HOLDS: Readonly<Record<NonNullable<ClosingProgress['hold']>, string>> = {
  'in-flight': 'A transaction is on its way.',
  'nonce-spent':
    'Another transaction took the nonce of the one on its way: the chain makes that final, or og-ledger transactions settles it.',
  'unresolved-intent': 'A wallet never said whether it sent a transaction: og-ledger transactions settles that.',
  'backing-off': 'The last step failed and is tried again later.',
  'end-unproven':
    'A node shows that nothing is left to close: several readings must agree, or og-ledger close --cancel ends the closing.',
}

function restOf({ hold, failure, locked, subAccounts }: ClosingProgress): string {
  const where = subAccounts === 0 ? '' : `${inOg(locked)} OG are still in ${count(subAccounts, 'sub-account')}.`
  return [where, hold && HOLDS[hold], failure && `The last failure: ${failure.message}`].filter(Boolean).join(' ')
}

type Lock = { createdAt: number; unlocksAt: number }

/** Every refund, wherever it is, and whether something is not asked back yet. */
function locksIn(state: State): { locks: Lock[]; isAllAsked: boolean } {
  const own = Object.values(state.subAccounts).flatMap(({ account }) => account ?? [])
  const all = [...own, ...elsewhereIn(state).accounts]
  return { locks: all.flatMap(({ refunds }) => refunds), isAllAsked: all.every(({ available }) => available === '0') }
}

/** Block time of the last lock's end; null while something is not asked back. */
function homeAt(state: State): number | null {
  const { locks, isAllAsked } = locksIn(state)
  return isAllAsked && locks.length > 0 ? Math.max(...locks.map(({ unlocksAt }) => unlocksAt)) : null
}

/** The lock takes nearly all of the time, and the last lock ends it. */
function partOf(state: State, now: number, at: ChainClock): number {
  switch (state.closing?.state) {
    case 'withdrawing':
      return 0.93
    case 'deleting':
      return 0.97
    default:
  }
  const { locks, isAllAsked } = locksIn(state)
  const last = locks.toSorted((a, b) => a.unlocksAt - b.unlocksAt).at(-1)
  if (!last || !isAllAsked) return 0.04
  const span = Math.max(1, at(last.unlocksAt) - at(last.createdAt))
  return 0.08 + 0.8 * Math.min(1, Math.max(0, (now - at(last.createdAt)) / span))
}

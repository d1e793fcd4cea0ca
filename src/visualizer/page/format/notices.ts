import type { ControlUsed, State, TransactionChanged } from '../../protocol.ts'
import { titleOf } from './accounts.ts'
import type { ChainClock } from './chain-clock.ts'
import { moment } from './durations.ts'
import type { Tone } from './tones.ts'
import { actionWords } from './words.ts'

/** An action of a page: what was last heard of it, and the transaction that it led to. */
export type ActionNews = { used: ControlUsed; transaction: TransactionChanged | null }

/** Whether a transaction belongs to an action that is under way. */
export function belongsTo({ used }: ActionNews, { operation, subAccount }: TransactionChanged): boolean {
  if (used.outcome !== 'asked') return false
  return (
    (OPERATIONS[used.action] ?? []).includes(operation) && (used.subAccount === null || used.subAccount === subAccount)
  )
}

const OPERATIONS: Readonly<Partial<Record<ControlUsed['action'], readonly string[]>>> = {
  'top-up': ['transferFund'],
  approve: ['transferFund'],
  retrieve: ['retrieveFund'],
  deposit: ['depositFund', 'addLedger'],
  'approve-deposit': ['depositFund', 'addLedger'],
  close: ['retrieveFund', 'refund', 'deleteLedger'],
}

/** The one sentence about an action, which changes as it goes on. */
export function noticeOf(
  { used, transaction }: ActionNews,
  state: State,
  { now, at }: { now: number; at: ChainClock },
): { tone: Tone; text: string } {
  const { action, outcome, message, subAccount } = used
  const account = subAccount === null ? undefined : state.subAccounts[subAccount]
  const name = `${actionWords[action]}${account ? ` ${titleOf(account)}` : ''}`
  if (outcome === 'failed') return { tone: 'bad', text: `${name}: failed. ${message ?? ''}`.trim() }
  const mined =
    transaction?.blockNumber == null ? null : `mined in block ${transaction.blockNumber.toLocaleString('en')}`
  if (outcome === 'asked') {
    const step = mined ?? (transaction?.value === 'broadcast' ? 'on its way' : 'asked for')
    return { tone: 'moving', text: `${name}: ${step}` }
  }
  const until = action === 'retrieve' ? lastLock(account?.account?.refunds ?? []) : null
  const end =
    until === null ? (mined ?? lowerFirst(message) ?? 'done') : `asked back; claimable at ${moment(at(until), now)}`
  return { tone: 'good', text: `${name}: ${end}` }
}

/** Block time at which the last refund unlocks; null before a reading shows one. */
function lastLock(refunds: readonly { unlocksAt: number; claimable: boolean }[]): number | null {
  const locked = refunds.filter(({ claimable }) => !claimable).map(({ unlocksAt }) => unlocksAt)
  return locked.length === 0 ? null : Math.max(...locked)
}

const lowerFirst = (message: string | null): string | null =>
  message && `${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}`

import type { ActionName, DepositState, PlanState } from '../../protocol.ts'
import { inOg } from './amounts.ts'
import { depositReasonWords, reasonWords } from './hold-reasons.ts'

/** What the plan does about the ledger itself, or why it holds. */
export function depositWords({ action, amount, reason, missing }: DepositState, dryRun: boolean): string {
  switch (action) {
    case 'deposit':
      return `${dryRun ? 'would deposit' : 'deposits'} ${inOg(amount ?? '0')} OG`
    case 'propose':
      return `asks to deposit ${inOg(amount ?? '0')} OG`
    case 'hold': {
      const words = reason === null ? 'nothing is due' : depositReasonWords(reason).short
      return missing === null ? words : `${words}: ${inOg(missing)} OG missing`
    }
    default:
      return action satisfies never
  }
}

/** The lifecycle states in words, and that of a refill. */
export const stateWords: Readonly<Record<string, string>> = {
  refilling: 'refilling',
  none: 'not opened',
  created: 'empty',
  funded: 'funded',
  low: 'low',
  refunding: 'refunding',
  'refunding.locked': 'refund locked',
  'refunding.claimable': 'refund ready',
  closed: 'closed',
}

export const depositStateWords: Readonly<Record<string, string>> = {
  watching: 'watching',
  held: 'held',
  awaitingApproval: 'awaiting approval',
  depositing: 'depositing',
  settling: 'settling',
}

export const fundingWords: Readonly<Record<string, string>> = {
  watching: 'watching',
  held: 'held',
  awaitingApproval: 'awaiting approval',
  toppingUp: 'topping up',
  settling: 'settling',
}

/** What the plan does, or why it holds. */
export function planWords({ action, amount, reason, missing }: PlanState, dryRun: boolean): string {
  switch (action) {
    case 'top-up':
      return `${dryRun ? 'would top' : 'tops'} up ${inOg(amount ?? '0')} OG`
    case 'propose':
      return `asks for ${inOg(amount ?? '0')} OG`
    case 'hold': {
      const words = reason === null ? 'nothing is due' : reasonWords(reason).short
      return missing === null ? words : `${words}: ${inOg(missing)} OG missing`
    }
    default:
      return action satisfies never
  }
}

export const actionWords: Readonly<Record<ActionName, string>> = {
  'top-up': 'Top up',
  pause: 'Pause',
  resume: 'Resume',
  approve: 'Approve',
  reject: 'Reject',
  retrieve: 'Retrieve',
  'approve-deposit': 'Approve deposit',
  'reject-deposit': 'Reject deposit',
  deposit: 'Deposit',
  close: 'Close ledger',
  'cancel-close': 'Cancel closing',
}

/** Beginning and end of an address or a hash. */
export const short = (text: string): string => (text.length <= 13 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`)

export const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en')} ${many === 1 ? one : more}`

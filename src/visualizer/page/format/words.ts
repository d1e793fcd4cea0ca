import type { HoldReason } from '../../../../machines/index.ts'
import type { ActionName, PlanState } from '../../protocol.ts'
import { inOg } from './amounts.ts'

/** The hold reasons: in a few words, and in sentences that say what a reason means and what helps. */
export const reasons: Readonly<Record<HoldReason, { short: string; long: string }>> = {
  sufficient: {
    short: 'enough is available',
    long: 'The available balance covers what is required, so nothing is due.',
  },
  off: { short: 'auto-funding is off', long: 'Auto-funding is off for this sub-account. It is only watched.' },
  paused: { short: 'paused', long: 'Auto-funding is paused here until you resume it.' },
  'stale-reading': {
    short: 'the chain cannot be read',
    long: 'The last readings of the chain failed, and nothing is decided on an old position.',
  },
  'in-flight': { short: 'a transaction is on its way', long: 'A transaction for it was sent and is not mined yet.' },
  'unresolved-intent': {
    short: 'a wallet never answered',
    long: 'A wallet was asked to send a transaction for it and never said whether it did. Only the chain or a person can tell.',
  },
  settling: {
    short: 'its top-up is mined',
    long: 'Its last top-up is mined. A reading of that block or a later one follows.',
  },
  'refund-pending': {
    short: 'a refund is pending',
    long: 'A refund was asked for. A top-up now would undo it, so nothing is sent until it is claimed.',
  },
  'provider-unregistered': {
    short: 'no service is offered',
    long: 'The provider offers no service any more. Nothing is sent to it.',
  },
  'provider-unaccepted': {
    short: 'its signer is not accepted',
    long: "The owner of the contracts does not accept the provider's signer: it can settle nothing and serves no wallet. Nothing is sent to it.",
  },
  'provider-unread': {
    short: 'its service could not be read',
    long: 'The service of the provider could not be read yet. Nothing is sent before it is known to exist.',
  },
  anomaly: {
    short: 'its charges jumped',
    long: 'Its burn or its unsettled fee jumped far beyond what was usual. Check the provider before more is sent.',
  },
  'ledger-missing': { short: 'there is no ledger', long: 'The wallet has no ledger. A deposit opens one.' },
  'ledger-short': {
    short: 'the ledger has too little',
    long: 'The ledger has less available than this needs. A deposit helps.',
  },
  reserve: {
    short: 'only the reserve is left',
    long: 'A top-up would take the ledger below the reserve that must stay in it.',
  },
  'budget-exhausted': {
    short: 'the budget is spent',
    long: 'The budget of this window is spent or in flight. Top-ups continue when older payments leave the window.',
  },
  'over-max': {
    short: 'more than one top-up may send',
    long: 'The least that the contract takes is more than the limit of one top-up.',
  },
  'too-small': {
    short: 'too little to open it',
    long: 'The possible amount is less than the contract takes for a new sub-account. A deposit helps.',
  },
  'unknown-pending': {
    short: 'an unknown transaction waits',
    long: 'The node holds a transaction of this wallet that the journal does not know. Nothing is paid before the chain shows what it did.',
  },
  'fees-high': {
    short: 'the fees are too high',
    long: 'The chain asks for higher fees than the ceiling allows. A top-up is sent once they fall.',
  },
  'gas-unread': {
    short: 'the price of gas is not known',
    long: 'The gas price could not be read yet. Nothing is sent before the cost of a full exit is known.',
  },
  'gas-short': {
    short: 'the wallet is short of gas',
    long: 'The wallet has no more OG for gas than a full exit costs. Send it some.',
  },
  'cooling-down': {
    short: 'the last top-up is fresh',
    long: 'The last top-up is more recent than the cooldown allows.',
  },
  'backing-off': {
    short: 'the last top-up failed',
    long: 'The last top-up failed. Auto-funding tries again later.',
  },
  'awaiting-approval': { short: 'awaiting approval', long: 'The top-up waits until it is approved.' },
}

/** A reason that this page does not know is shown by its name. */
export const reasonWords = (reason: HoldReason): { short: string; long: string } =>
  Object.hasOwn(reasons, reason) ? reasons[reason] : { short: reason, long: reason }

/** The lifecycle states in words. */
export const stateWords: Readonly<Record<string, string>> = {
  none: 'not opened',
  created: 'empty',
  funded: 'funded',
  low: 'low',
  refunding: 'refunding',
  'refunding.locked': 'refund locked',
  'refunding.claimable': 'refund ready',
  closed: 'closed',
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
  close: 'Close ledger',
}

/** Beginning and end of an address or a hash. */
export const short = (text: string): string => (text.length <= 13 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`)

export const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en')} ${many === 1 ? one : more}`

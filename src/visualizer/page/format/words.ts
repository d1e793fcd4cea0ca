import type { HoldReason } from '../../../../machines/index.ts'
import type { ActionName, PlanState } from '../../protocol.ts'
import { inOg } from './amounts.ts'

/** Why nothing is done: in a few words, and in a sentence that says what it means and what helps. */
export const reasons: Readonly<Record<HoldReason, { short: string; long: string }>> = {
  sufficient: { short: 'enough is available', long: 'As much is available as is required, so nothing is due.' },
  off: { short: 'auto-funding is off', long: 'Auto-funding is not on for this sub-account. It is only watched.' },
  paused: { short: 'paused', long: 'Auto-funding rests here until somebody resumes it.' },
  'stale-reading': {
    short: 'the chain cannot be read',
    long: 'The chain could not be read of late, and nothing is decided on an old position.',
  },
  'in-flight': { short: 'a transaction is on its way', long: 'A transaction for it was sent and is not mined yet.' },
  'unresolved-intent': {
    short: 'a wallet never answered',
    long: 'A wallet was asked to send a transaction for it and never said whether it did. Only the chain or a person can tell.',
  },
  settling: {
    short: 'its top-up is mined',
    long: 'Its last top-up is mined; a reading from that block on is awaited.',
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
    long: 'Whether the provider offers a service could not be read yet. Nothing is sent to one that may not be there.',
  },
  anomaly: {
    short: 'its charges jumped',
    long: 'Its burn or its unsettled fee jumped far beyond what was usual. Somebody should look before more is sent.',
  },
  'ledger-missing': { short: 'there is no ledger', long: 'The wallet has no ledger. A deposit opens one.' },
  'ledger-short': {
    short: 'the ledger has too little',
    long: 'The ledger has less available than this needs. A deposit helps.',
  },
  reserve: {
    short: 'only the reserve is left',
    long: 'The ledger has enough, but for the reserve that is to stay in it.',
  },
  'budget-exhausted': {
    short: 'the budget is spent',
    long: 'The most that may be sent in this window is sent, or on its way. It goes on when older payments leave the window.',
  },
  'over-max': {
    short: 'more than one top-up may send',
    long: 'The least that the contract takes is more than the limit of one top-up.',
  },
  'too-small': {
    short: 'too little to open it',
    long: 'What could be sent is less than the contract takes for a new sub-account. A deposit helps.',
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
    long: 'What gas costs could not be read yet. Nothing is sent before it is known what the way out will cost.',
  },
  'gas-short': {
    short: 'the wallet is short of gas',
    long: 'The wallet has no more gas than bringing everything home will cost. Send it some.',
  },
  'cooling-down': { short: 'the last top-up is fresh', long: 'The last top-up was too short a time ago.' },
  'backing-off': {
    short: 'the last top-up failed',
    long: 'The last top-up failed. It is tried again later by itself.',
  },
  'awaiting-approval': { short: 'awaiting approval', long: 'Somebody has to approve it first.' },
}

/** Those of a newer og-ledger are shown by their name. */
export const reasonWords = (reason: HoldReason): { short: string; long: string } =>
  Object.hasOwn(reasons, reason) ? reasons[reason] : { short: reason, long: reason }

/** The lifecycle's states as people would say them. */
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

/** What is being done, or why nothing is. */
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

/** An address, or a hash, that can be told from others at a glance. */
export const short = (text: string): string => (text.length <= 13 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`)

export const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en')} ${many === 1 ? one : more}`

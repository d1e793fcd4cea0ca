import type { HoldReason } from '../../../../machines/index.ts'

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
  'nonce-spent': {
    short: 'its nonce is spent',
    long: 'Another transaction took the nonce of the one for it. It ends once that is final, or once a person says what became of it.',
  },
  'unresolved-intent': {
    short: 'a wallet never answered',
    long: 'A wallet was asked to send a transaction for it and never said whether it did. Only the chain or a person can tell.',
  },
  'put-back-pending': {
    short: 'its put-back cannot be sent',
    long: 'What was free before a claim could not be put back yet. It is tried again every few seconds, and nothing else is sent there meanwhile.',
  },
  settling: {
    short: 'its top-up is mined',
    long: 'Its last top-up is mined. A reading of that block or a later one follows.',
  },
  'refund-pending': {
    short: 'a refund is pending',
    long: 'A refund was asked for. A top-up now would undo it, so nothing is sent until it is claimed.',
  },
  idle: {
    short: 'it is idle',
    long: 'Nothing has used it for as long as its policy says, or its idle money was asked back. It is topped up again once it is charged, paid or asked for.',
  },
  'use-unread': {
    short: 'its use is being read',
    long: 'Whether it is idle is being read from the logs of the chain. Nothing is sent before that is known.',
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
    long: 'Its burn or its unsettled fee is far beyond what is usual. Check the provider before more is sent.',
  },
  'first-day': {
    short: 'the provider is new',
    long: 'The provider is new: no charge of it is older than a day. It has what a new provider gets within a day.',
  },
  'ledger-missing': { short: 'there is no ledger', long: 'The wallet has no ledger. A deposit opens one.' },
  'ledger-short': {
    short: 'the ledger has too little',
    long: 'The ledger has less available than this needs. A deposit helps.',
  },
  'deposit-pending': {
    short: 'a deposit is on its way',
    long: 'A deposit into the ledger is on its way. It waits for that, and is not given a part.',
  },
  'ledger-closing': {
    short: 'the ledger is being closed',
    long: 'The ledger is being closed, so nothing is deposited.',
  },
  withdrawal: {
    short: 'money is being withdrawn',
    long: 'Money is being withdrawn from the ledger, or just was. A deposit would undo that.',
  },
  'ledger-full': {
    short: 'the ledger is at its maximum',
    long: 'A deposit would leave more in the ledger than its maximum.',
  },
  'wallet-short': {
    short: 'the wallet has too little',
    long: 'The wallet that deposits has too little beside what it keeps for gas. Send OG to it.',
  },
  'payer-unread': {
    short: 'the paying wallet is unread',
    long: 'The wallet that deposits could not be read yet.',
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
    short: 'too little to send',
    long: 'The possible amount is less than the contract takes for a new sub-account, or is worth less than its gas. A deposit helps.',
  },
  'journal-unavailable': {
    short: 'the journal is out of reach',
    long: 'The database of the journal does not answer. Nothing is sent that it does not hold; top-ups go on once it answers.',
  },
  'unknown-pending': {
    short: 'an unknown transaction waits',
    long: 'The node holds a transaction of this wallet that the journal does not know. Nothing is paid before the chain shows what it did.',
  },
  'foreign-transaction': {
    short: 'another program just paid',
    long: 'Another program with the key of this wallet has just sent a transaction. Top-ups go on once three blocks went by without one.',
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
  overtaken: {
    short: 'another transaction came first',
    long: 'Another transaction of the wallet came before the top-up, and nothing was paid. The next reading decides anew.',
  },
  'awaiting-approval': { short: 'awaiting approval', long: 'The top-up waits until it is approved.' },
}

/** A reason that this page does not know is shown by its name. */
export const reasonWords = (reason: HoldReason): { short: string; long: string } =>
  Object.hasOwn(reasons, reason) ? reasons[reason] : { short: reason, long: reason }

/** Where the reasons of top-ups speak of top-ups. */
const depositReasons: Readonly<Partial<Record<HoldReason, { short: string; long: string }>>> = {
  sufficient: { short: 'enough is available', long: 'What stays in the ledger is not below the trigger.' },
  'in-flight': { short: 'a deposit is on its way', long: 'A deposit was sent and is not mined yet.' },
  'nonce-spent': {
    short: 'its nonce is spent',
    long: 'Another transaction took the nonce of the deposit. It ends once that is final, or once a person says what became of it.',
  },
  'unresolved-intent': {
    short: 'a wallet never answered',
    long: 'A wallet was asked to send a deposit and never said whether it did. Only the chain or a person can tell.',
  },
  settling: {
    short: 'the deposit is mined',
    long: 'The last deposit is mined. A reading of that block or a later one follows.',
  },
  'budget-exhausted': {
    short: 'the budget is spent',
    long: 'The budget of this window is spent or in flight. Deposits continue when older ones leave the window.',
  },
  'over-max': {
    short: 'more than one deposit may send',
    long: 'The least that opens a ledger is more than the limit of one deposit.',
  },
  'fees-high': {
    short: 'the fees are too high',
    long: 'The chain asks for higher fees than the ceiling allows. A deposit is sent once they fall.',
  },
  'cooling-down': {
    short: 'the last deposit is fresh',
    long: 'The last deposit is more recent than the cooldown allows.',
  },
  'backing-off': {
    short: 'the last deposit failed',
    long: 'The last deposit failed. Auto-deposit tries again later.',
  },
  overtaken: {
    short: 'another transaction came first',
    long: 'Another transaction came before the deposit, and nothing was sent. The next reading decides anew.',
  },
  'awaiting-approval': { short: 'awaiting approval', long: 'The deposit waits until it is approved.' },
}

export const depositReasonWords = (reason: HoldReason): { short: string; long: string } =>
  depositReasons[reason] ?? reasonWords(reason)

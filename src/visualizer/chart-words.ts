/** The states of the charts in people's words, by their path; a state that is missing is shown by its name. */
const states: Readonly<Record<string, string>> = {
  none: 'not opened',
  created: 'empty',
  'refunding.claimable': 'ready',
  awaitingApproval: 'awaiting approval',
  toppingUp: 'topping up',
  absent: 'no ledger',
  'closing.revoking': 'revoking tokens',
  'closing.retrieving': 'asking back',
  prepared: 'on disk',
  broadcast: 'on its way',
  superseded: 'nonce taken',
}

/** The edges in people's words, by the names of their events. */
const edges: Readonly<Record<string, string>> = {
  'balance.low': 'too little',
  'balance.ample': 'enough',
  'account.empty': 'empty',
  'account.gone': 'closed',
  'refund.locked': 'asked back',
  'refund.claimable': 'lock over',
  'plan.sufficient': 'enough',
  'plan.hold': 'held back',
  'plan.topUp': 'top-up decided',
  'plan.deposit': 'deposit decided',
  'plan.propose': 'asks a person',
  'approve done [isApproved]': 'approved',
  'approve done': 'not approved',
  'approve failed': 'question failed',
  'topUp done': 'mined',
  'topUp failed': 'failed',
  'deposit done': 'mined',
  'deposit failed': 'failed',
  'reading.caughtUp': 'a reading shows it',
  'ledger.open': 'open',
  'tokens.revocable': 'tokens to revoke',
  'funds.retrievable': 'can be asked back',
  'refunds.locked': 'all is locked',
  'funds.home': 'all is in the ledger',
  'ledger.empty': 'empty',
  'ledger.gone': 'gone',
  sent: 'sent',
  'nonce.taken': 'nonce taken',
  replaced: 'higher fee',
  'receipt.succeeded': 'mined',
  'receipt.reverted': 'reverted',
  'receipt.gone': 'block dropped',
  'node.refused': 'refused',
}

export const stateInWords = ({ path, label }: { path: string; label: string }): string => states[path] ?? label

export const edgeInWords = (label: string): string => edges[label] ?? label

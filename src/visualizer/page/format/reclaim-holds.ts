import type { ReclaimHold } from '../../../../machines/index.ts'

/** Why idle money stays where it is, in sentences. */
export const reclaimHolds: Readonly<Record<ReclaimHold, string>> = {
  'in-use': 'It is in use.',
  'use-unknown': 'How long nothing has used it is not known yet, which counts as use.',
  'fee-owed': 'It is idle, but its provider says that it has served and not charged yet.',
  reclaiming: 'Its refund is on its way to the ledger, and is claimed once its lock is over.',
  'nothing-free': 'It is idle, and no more is free than what it keeps.',
  'not-needed': 'It is idle. Its money is asked back once the ledger needs it.',
  queued: 'It is idle. Another sub-account gives back first.',
  'in-flight': 'Its money is not asked back while a transaction for it is on its way.',
  paused: 'Its money is not asked back while auto-funding is paused.',
  'stale-reading': 'Its money is not asked back while the chain cannot be read.',
  'journal-unavailable': 'It is idle. The journal takes no records for now.',
  'unknown-pending': 'It is idle. An unknown transaction of this wallet must be mined first.',
  'foreign-transaction': 'It is idle. Another program with the key of this wallet has just sent a transaction.',
  dust: 'It is idle, and what is free is less than the gas that it costs.',
  'gas-unread': 'It is idle. The price of gas is not known yet.',
  'fees-high': 'It is idle. The chain asks for higher fees than the ceiling allows.',
  'gas-short': 'It is idle. The wallet has no more OG for gas than a full exit costs.',
  'backing-off': 'It is idle. The last request for its money failed and is tried again later.',
}

/** A reason that this page does not know is shown by its name. */
export const reclaimWords = (wait: ReclaimHold): string =>
  Object.hasOwn(reclaimHolds, wait) ? reclaimHolds[wait] : `Its money stays: ${wait}.`

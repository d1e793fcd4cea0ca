import type { Position } from '../../index.ts'
import { og } from '../screen/words.ts'
import type { ByHand } from './by-hand.ts'
import type { Tally } from './tally.ts'

/** What chain, providers and auto-funding report at the end. */
export type Books = {
  /** How many providers the wallet keeps funded. */
  providers: number
  /** What the wallet deposited, in wei, and in how many transactions. */
  deposited: bigint
  deposits: number
  /** What the providers charged, in wei. */
  charged: bigint
  /** The top-ups that auto-funding reports. */
  reported: { topUps: number; paid: bigint }
  /** The wallet's transactions, as the chain counts them. */
  transactions: number
  final: Position
  byHand: ByHand
}

/** All faults in words: empty when every drain was answered by one top-up and every wei is where it should be. */
export function faultsIn(tally: Tally, books: Books): string[] {
  const checks = [
    ...always(tally, books),
    ...(books.byHand.transactions === 0 ? checksUntouched(tally, books) : checksByHand(tally, books)),
  ]
  return checks.flatMap(([holds, sentence]) => (holds ? [] : [sentence]))
}

type Check = [holds: boolean, sentence: string]

/** What holds of auto-funding whatever a person does beside it. */
function always(tally: Tally, { deposits, charged, reported, transactions, byHand }: Books): Check[] {
  return [
    [tally.overpaid === 0n, `${tally.overpaid} wei too much were paid.`],
    [tally.doublePayments === 0, `${tally.doublePayments} top-ups went to accounts that had enough.`],
    [tally.unanswered === 0, `${tally.unanswered} accounts were left with too little.`],
    [tally.topUps === reported.topUps, `The chain has ${tally.topUps} top-ups, auto-funding ${reported.topUps}.`],
    [tally.toppedUp === reported.paid, `The chain has ${og(tally.toppedUp)} paid, auto-funding ${og(reported.paid)}.`],
    [transactions === deposits + tally.topUps + byHand.transactions, `The wallet sent ${transactions} transactions.`],
    [tally.drained === charged, 'What was drained is not what the providers charged.'],
  ]
}

/** What holds where auto-funding alone acted. */
function checksUntouched(tally: Tally, { providers, deposited, final }: Books): Check[] {
  const ledger = final.ledger ?? { available: 0n, locked: 0n, total: 0n }
  const held = final.subAccounts.reduce((sum, { balance }) => sum + balance, 0n)
  return [
    [tally.opened === providers, `${tally.opened} of ${providers} sub-accounts were opened.`],
    [tally.topUps === tally.opened + tally.drains + tally.overtaken, 'Not every drain was followed by one top-up.'],
    [tally.toppedUp === deposited - ledger.available, 'What left the ledger is not what was paid.'],
    [tally.drained === deposited - ledger.total, 'What left ledger and sub-accounts is not what was drained.'],
    [tally.toppedUp === tally.drained + tally.held, 'What was paid is neither drained nor held.'],
    [tally.held === held && held === ledger.locked, 'What the accounts hold is not what the ledger has locked.'],
  ]
}

/** What holds where a person moved money, too: all that was deposited is there, withdrawn, or drained. */
function checksByHand(tally: Tally, { deposited, byHand, final }: Books): Check[] {
  const total = final.ledger?.total ?? 0n
  return [
    [
      deposited + byHand.deposited - byHand.withdrawn === total + tally.drained,
      'What was deposited is neither there, nor withdrawn, nor drained.',
    ],
    [tally.byHand.topUps === byHand.transfers.length, 'Not every transfer by hand is on the chain.'],
  ]
}

import type { Position } from '../../index.ts'
import { og } from '../screen/words.ts'
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
}

/** All faults in words: empty when every drain was answered by one top-up and every wei is where it should be. */
export function faultsIn(tally: Tally, books: Books): string[] {
  const { providers, deposited, deposits, charged, reported, transactions, final } = books
  const ledger = final.ledger ?? { available: 0n, locked: 0n, total: 0n }
  const held = final.subAccounts.reduce((sum, { balance }) => sum + balance, 0n)
  const checks: [boolean, string][] = [
    [tally.overpaid === 0n, `${tally.overpaid} wei too much were paid.`],
    [tally.doublePayments === 0, `${tally.doublePayments} top-ups went to accounts that had enough.`],
    [tally.unanswered === 0, `${tally.unanswered} accounts were left with too little.`],
    [tally.opened === providers, `${tally.opened} of ${providers} sub-accounts were opened.`],
    [tally.topUps === tally.opened + tally.drains + tally.overtaken, 'Not every drain was followed by one top-up.'],
    [tally.topUps === reported.topUps, `The chain has ${tally.topUps} top-ups, auto-funding ${reported.topUps}.`],
    [transactions === deposits + tally.topUps, `The wallet sent ${transactions} transactions.`],
    [tally.toppedUp === reported.paid, `The chain has ${og(tally.toppedUp)} paid, auto-funding ${og(reported.paid)}.`],
    [tally.toppedUp === deposited - ledger.available, 'What left the ledger is not what was paid.'],
    [tally.drained === charged, 'What was drained is not what the providers charged.'],
    [tally.drained === deposited - ledger.total, 'What left ledger and sub-accounts is not what was drained.'],
    [tally.toppedUp === tally.drained + tally.held, 'What was paid is neither drained nor held.'],
    [tally.held === held && held === ledger.locked, 'What the accounts hold is not what the ledger has locked.'],
  ]
  return checks.flatMap(([holds, sentence]) => (holds ? [] : [sentence]))
}

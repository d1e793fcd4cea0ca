import { list } from '../../screen/table.ts'
import { paint } from '../../screen/terminal.ts'
import { og } from '../../screen/words.ts'
import type { FleetOutcome } from './demo.ts'
import { sumOf } from './verdict.ts'

/** Says what the demo will do. */
export function fleetIntro(wallets: number): string[] {
  return [
    paint('bold', 'og-ledger demo: a fleet on two processes'),
    '',
    'A local chain with the contracts of 0G Compute, a Postgres server, and two processes of og-ledger fleet.',
    `They share ${wallets} wallets by leases; one of them is killed while it pays, and the other one goes on.`,
    'No key, no network and no real money is used.',
    '',
  ]
}

/** Paid by needed, with three digits: 1.000 where every wei was paid once. */
export function ratioOf({ needed, paid }: Pick<FleetOutcome, 'needed' | 'paid'>): string {
  const thousandths = (sumOf(paid) * 1_000_000n) / sumOf(needed)
  return (Number(thousandths) / 1_000_000).toFixed(3)
}

/** The summary, counted from the chain's own blocks. */
export function fleetSummary(outcome: FleetOutcome): string[] {
  const { wallets, providers, rounds, needed, paid, takeoverMs, leaseMs, faults } = outcome
  return [
    ...list([
      ['wallets', `${wallets}, each with ${providers} sub-accounts`],
      ['charged', `${og(sumOf(needed))} in ${needed.length} charges, ${rounds} of each sub-account`],
      ['paid', `${og(sumOf(paid))} in ${paid.length} top-ups`],
      ['paid / needed', ratioOf(outcome)],
      ['takeover', `${(takeoverMs / 1_000).toFixed(1)} s after the kill; a lease is ${leaseMs / 1_000} s`],
    ]),
    '',
    ...(faults.length === 0
      ? ['Every charge was answered by exactly its amount, also of the process that was killed.']
      : faults.map((one) => paint('red', one))),
  ]
}

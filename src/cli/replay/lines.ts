import { keyOf } from '../../base/sub-account-key.ts'
import { IN_OG } from '../screen/overview.ts'
import type { AccountFigures, Figures } from './figures.ts'
import type { Replay } from './replay.ts'
import { table } from '../screen/table.ts'
import { aligned, durationInWords, og, short } from '../screen/words.ts'

/** A table of what the policy would have done beside what was recorded. */
export function replayLines({ positions, seconds, policy, recorded, unrecorded }: Replay): string[] {
  return [
    `${positions} positions over ${durationInWords(seconds)}`,
    '',
    ...table(
      [
        { title: '', cell: ([name]: Row) => name },
        { title: 'this policy', right: true, cell: ([, replayed]: Row) => replayed },
        { title: 'as recorded', right: true, cell: ([, , recorded]: Row) => recorded },
      ],
      totals.map(([name, cell]): Row => [name, cell(policy), cell(recorded)]),
    ),
    '',
    ...accountLines(policy, recorded),
    '',
    ...(unrecorded.length === 0 ? [] : ['The recording does not say:', ...unrecorded.map(assumption), '']),
    IN_OG,
  ]
}

const assumption = (name: Replay['unrecorded'][number]): string => `  ${assumptions[name]}`

/** What the replay assumes instead. */
const assumptions = {
  minLockedBalance: 'what providers want to see locked: taken as 1 OG, unless the policy names it',
  minTransfer: 'the least that opens a sub-account: taken as any amount',
  gasReserve: 'the gas of a full exit: nothing is held for it',
  unsettledFees: 'unsettled fees: taken as none (auto-fund --record records them)',
} satisfies Record<Replay['unrecorded'][number], string>

type Row = readonly [string, string, string]
type Pair = { replayed: AccountFigures; recorded: AccountFigures | undefined }

const totals: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['top-ups', ({ topUps }) => String(topUps)],
  ['topped up', ({ paid }) => og(paid)],
  ['smallest ledger', ({ smallestLedger }) => og(smallestLedger)],
  ["below provider's minimum", ({ secondsBelow }) => minutes(secondsBelow)],
]

function accountLines(policy: Figures, recording: Figures): string[] {
  const pairs = policy.subAccounts.map((replayed): Pair => {
    const recorded = recording.subAccounts.find((one) => keyOf(one) === keyOf(replayed))
    return { replayed, recorded }
  })
  if (pairs.length === 0) return ['No sub-accounts.']
  return table(
    [
      { title: 'provider', cell: ({ replayed }: Pair) => short(replayed.provider) },
      { title: 'service', cell: ({ replayed }) => replayed.serviceType },
      { title: 'charged', right: true, cell: ({ recorded }) => aligned(recorded?.charged ?? 0n) },
      { title: 'top-ups', right: true, cell: ({ replayed }) => String(replayed.topUps) },
      { title: 'recorded', right: true, cell: ({ recorded }) => String(recorded?.topUps ?? 0) },
      { title: 'topped up', right: true, cell: ({ replayed }) => aligned(replayed.paid) },
      { title: 'recorded', right: true, cell: ({ recorded }) => aligned(recorded?.paid ?? 0n) },
      { title: 'below', right: true, cell: ({ replayed }) => minutes(replayed.secondsBelow) },
      { title: 'recorded', right: true, cell: ({ recorded }) => minutes(recorded?.secondsBelow ?? 0) },
      {
        title: 'unpaid',
        right: true,
        cell: ({ replayed }) => (replayed.unpaid === 0n ? '-' : aligned(replayed.unpaid)),
      },
    ],
    pairs,
  )
}

const minutes = (seconds: number): string => `${Number((seconds / 60).toFixed(1))} min`

import { keyOf } from '../../base/sub-account-key.ts'
import { depositReasonInWords } from '../screen/deposit-lines.ts'
import { IN_OG } from '../screen/overview.ts'
import type { AccountFigures, Figures } from './figures.ts'
import type { Replay } from './replay.ts'
import { table } from '../screen/table.ts'
import { lineWidth } from '../screen/terminal.ts'
import { aligned, durationInWords, og, short } from '../screen/words.ts'

/** A table of what the policy would have done beside what was recorded. */
export function replayLines(result: Replay): string[] {
  const { positions, seconds, policy, recorded, unrecorded } = result
  return [
    `${positions} positions over ${durationInWords(seconds)}`,
    '',
    ...table(
      [
        { title: '', cell: ([name]: Row) => name },
        { title: 'this policy', right: true, cell: ([, replayed]: Row) => replayed },
        { title: 'as recorded', right: true, cell: ([, , recorded]: Row) => recorded },
      ],
      totals.map(([name, cell]): Row => [name, cell(policy), cell(recorded)]).filter(isShown),
    ),
    '',
    ...holdLines(result),
    ...accountLines(policy, recorded),
    '',
    ...(unrecorded.length === 0 ? [] : ['The recording does not say:', ...unrecorded.map(assumption), '']),
    IN_OG,
  ]
}

/** Why deposits of the policy waited although one was due, the longest first. */
function holdLines({ depositHolds }: Replay): string[] {
  if (depositHolds.length === 0) return []
  const holds = depositHolds.toSorted((a, b) => b.seconds - a.seconds)
  return [
    'Deposits were due and waited:',
    ...holds.map(({ reason, seconds }) => `  ${depositReasonInWords[reason]}: ${minutes(seconds)}`),
    '',
  ]
}

const assumption = (name: Replay['unrecorded'][number]): string => `  ${assumptions[name]}`

/** What the replay assumes instead. */
const assumptions = {
  minLockedBalance: 'what providers want to see locked: taken as 1 OG, unless the policy names it',
  minTransfer: 'the least that opens a sub-account: taken as any amount',
  gasReserve: 'the gas of a full exit: nothing is held for it',
  minLedgerBalance: 'the least that opens a ledger: taken as any amount',
  lockTimes: 'how long refunds are locked: taken as a day',
  unsettledFees: 'unsettled fees: taken as none (auto-fund --record records them)',
} satisfies Record<Replay['unrecorded'][number], string>

type Row = readonly [string, string, string]
type Pair = { replayed: AccountFigures; recorded: AccountFigures | undefined }

/** Deposits and refunds are left out where there are none on either side. */
const NONE = '-'
const isShown = ([, replayed, recorded]: Row): boolean => replayed !== NONE || recorded !== NONE
const count = (times: number): string => (times === 0 ? NONE : String(times))
const amount = (wei: bigint): string => (wei === 0n ? NONE : og(wei))

const totals: readonly (readonly [string, (figures: Figures) => string])[] = [
  ['top-ups', ({ topUps }) => String(topUps)],
  ['topped up', ({ paid }) => og(paid)],
  ['deposits', ({ deposits }) => count(deposits)],
  ['deposited', ({ deposited }) => amount(deposited)],
  ['asked back', ({ requests }) => count(requests)],
  ['came back', ({ claimed }) => amount(claimed)],
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
      { title: 'topped up', right: true, yields: 1, cell: ({ replayed }) => aligned(replayed.paid) },
      { title: 'recorded', right: true, yields: 1, cell: ({ recorded }) => aligned(recorded?.paid ?? 0n) },
      { title: 'below', right: true, yields: 2, cell: ({ replayed }) => minutes(replayed.secondsBelow) },
      { title: 'recorded', right: true, yields: 2, cell: ({ recorded }) => minutes(recorded?.secondsBelow ?? 0) },
      {
        title: 'unpaid',
        right: true,
        yields: 2,
        cell: ({ replayed }) => (replayed.unpaid === 0n ? '-' : aligned(replayed.unpaid)),
      },
    ],
    pairs,
    lineWidth(),
  )
}

const minutes = (seconds: number): string => `${Number((seconds / 60).toFixed(1))} min`

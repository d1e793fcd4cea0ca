import type { ClosingCancelled, ClosingHold, ClosingPlan, ClosingState, ClosingStatus } from '../../index.ts'
import { IN_OG } from '../screen/overview.ts'
import type { PositionView } from '../screen/view.ts'
import { list, table, type Column } from '../screen/table.ts'
import { lineWidth, messageWidth, paint } from '../screen/terminal.ts'
import { aligned, durationInWords, moment, og, short } from '../screen/words.ts'

/** The commands that continue a closing. */
export const CONTINUED_BY = 'auto-fund, watch, or close --wait, with the key of this wallet'

/** What closing would do: each sub-account in a table, then the sums. */
export function closingPlanLines(plan: ClosingPlan): string[] {
  const { subAccounts, transactions, endsAt, gas, home, stuck, block } = plan
  const accounts = subAccounts.length === 0 ? [] : [...table(columns, subAccounts, messageWidth()), '']
  return [
    ...accounts,
    ...list(
      [
        ['transactions', String(transactions)],
        ['gas', gasInWords(gas)],
        ['home', `${og(home)} in the wallet, ${whenInWords(endsAt, block.timestamp)}`],
        ...(stuck === 0n
          ? []
          : [['stays', paint('red', `${og(stuck)} in a kind of service that og-ledger does not know`)] as const]),
        ['may change', 'providers can still charge, also from what is asked back; a longer lock makes it later'],
      ],
      messageWidth(),
    ),
    ...(subAccounts.length === 0 ? [] : ['', IN_OG]),
  ]
}

type Account = ClosingPlan['subAccounts'][number]

const columns: readonly Column<Account>[] = [
  { title: 'provider', cell: ({ provider }) => short(provider) },
  { title: 'service', cell: ({ serviceType, service = serviceType }) => service },
  { title: 'asked back now', right: true, cell: ({ refunds }) => sumOf(refunds.filter((one) => !one.isRequested)) },
  { title: 'pending', right: true, yields: 1, cell: ({ refunds }) => sumOf(refunds.filter((one) => one.isRequested)) },
  { title: 'unlocks', yields: 2, cell: ({ refunds }) => unlocksInWords(refunds.map(({ unlocksAt }) => unlocksAt)) },
  { title: 'home from', yields: 1, cell: ({ homeAt }) => moment(homeAt) },
]

function sumOf(refunds: Account['refunds']): string {
  return refunds.length === 0 ? '-' : aligned(refunds.reduce((sum, { amount }) => sum + amount, 0n))
}

function unlocksInWords(unlocks: readonly number[]): string {
  const [first, last] = [Math.min(...unlocks), Math.max(...unlocks)]
  return first === last ? moment(first) : `${moment(first)} to ${moment(last)}`
}

function gasInWords({ units, cost, missing }: ClosingPlan['gas']): string {
  if (cost === null) return `${units} units; what they cost is not known here`
  const whole = `up to ${og(cost)} for the whole way; the wallet must keep that`
  return missing === 0n ? whole : `${whole}; ${paint('red', `${og(missing)} are missing`)}`
}

function whenInWords(at: number, now: number): string {
  return at <= now ? 'at once' : `${moment(at)} at the earliest: in ${durationInWords(at - now)}`
}

/**
 * How far closing has come, in one line.
 *
 * @param now block time in seconds; between two blocks the clock of this machine may add to it
 */
export function closingLine(status: ClosingStatus, now: number = status.block.timestamp): string {
  const { state, until, locked, subAccounts, hold, failure } = status
  const parts = [
    until === null ? stateInWords[state] : waitInWords(until, now),
    ...(subAccounts === 0 ? [] : [`${og(locked)} still in ${subAccounts} sub-account${subAccounts === 1 ? '' : 's'}`]),
    ...(hold === null ? [] : [holdInWords[hold]]),
    ...(failure === null ? [] : [`the last failure: ${failure.message.split('\n', 1)[0]}`]),
  ]
  return `Closing: ${parts.join('; ')}.`
}

/** Once the time is over, the closing waits for a block with a later timestamp. */
function waitInWords(until: number, now: number): string {
  const left = until - now
  return `waiting until ${moment(until)} of the chain's clock, ${left > 0 ? `${durationInWords(left)} left` : 'due with the next block'}`
}

const stateInWords = {
  revoking: 'revoking API tokens for good',
  retrieving: 'asking back and claiming',
  waiting: 'waiting for refunds',
  withdrawing: 'everything is in the ledger, withdrawing it',
  deleting: 'nothing is left in the ledger, deleting it',
} satisfies Record<ClosingState, string>

const holdInWords = {
  'in-flight': 'a transaction is on its way',
  'nonce-spent': 'another transaction took the nonce of the one on its way: see og-ledger transactions',
  'unresolved-intent': 'a wallet never said whether it sent: see og-ledger transactions',
  'backing-off': 'the last step failed and is tried again later',
  'end-unproven':
    'a node shows that nothing is left to close, and several readings must agree; close --cancel ends the closing',
} satisfies Record<ClosingHold, string>

/** How far closing has come; empty where the ledger is not being closed. */
export function closingLines({ closing }: Pick<PositionView, 'closing'>): string[] {
  return closing ? [paint('yellow', closingLine(closing))] : []
}

/** What stays in the ledger and with providers after a closing was cancelled. */
export function cancelledLines({ available, locked, free }: ClosingCancelled): string[] {
  return [
    'Closing is cancelled; finished steps stay as they are.',
    ...list(
      [
        ['ledger', `${og(available)} available`],
        ['providers', `${og(free)} not asked back`],
        ...locked.map(
          ({ provider, serviceType, service = serviceType, amount, until }) =>
            [
              short(provider),
              `${og(amount)} of ${service} locked until ${moment(until)}; claim brings it to the ledger then`,
            ] as const,
        ),
      ],
      lineWidth(),
    ),
  ]
}

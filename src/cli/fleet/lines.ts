import { networkName, type Decision, type Plan } from '../../index.ts'
import type { Fleet, FleetWallet, WalletState } from '../../fleet/index.ts'
import { paint } from '../screen/terminal.ts'
import { table, type Column } from '../screen/table.ts'
import { aligned, moment, og, reasonInWords, short } from '../screen/words.ts'
import type { FleetTally } from './tally.ts'

/** One wallet with its name in the config, and its newest plan while this process has it. */
export type FleetRow = FleetWallet & { name: string; plan: Plan | null }

const stateInWords = {
  opening: 'opening',
  open: 'here',
  free: 'free',
  foreign: 'elsewhere',
  failed: 'failed',
  closing: 'closing',
} satisfies Record<WalletState, string>

/** What needs a look stands first: a terminal may not have room for all. */
const RANK: readonly WalletState[] = ['failed', 'free', 'closing', 'opening', 'open', 'foreign']
const FINE: readonly string[] = ['sufficient', 'off', 'idle', 'paused']

const columns: readonly Column<FleetRow>[] = [
  { title: 'wallet', cell: ({ wallet }) => short(wallet) },
  { title: 'name', cell: ({ name, wallet }) => (name === wallet ? '-' : name), yields: 1 },
  { title: 'state', width: 9, cell: ({ state }) => stateInWords[state] },
  { title: 'lease', cell: ({ lease }) => (lease ? `${lease.holder} (${lease.epoch})` : '-'), yields: 2 },
  {
    title: 'ledger',
    right: true,
    width: 8,
    cell: ({ plan }) => (plan ? aligned(plan.position.ledger?.available ?? 0n) : '-'),
  },
  { title: 'auto-funding', cell: fundingCell, yields: 3 },
]

export function fleetLines(rows: readonly FleetRow[], width: number): string[] {
  const sorted = rows.toSorted((one, other) => rankOf(one) - rankOf(other))
  return table(columns, sorted, width)
}

export function headLines({ network }: Pick<Fleet, 'network'>, host: string, tally: FleetTally): string[] {
  const { wallets, owned, foreign, free, failed, leasesLost, topUps, paid, deposits, deposited } = tally
  const places = [
    `${owned} here`,
    ...(foreign > 0 ? [`${foreign} elsewhere`] : []),
    ...(free > 0 ? [paint('yellow', `${free} free`)] : []),
    ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
    ...(leasesLost > 0 ? [paint('yellow', `${leasesLost} leases lost`)] : []),
  ]
  const name = networkName(network)
  const payments = [
    `${topUps} top-ups of ${og(paid)}`,
    ...(deposits > 0 ? [`${deposits} deposits of ${og(deposited)}`] : []),
  ]
  return [
    `${wallets} wallets on ${/^\d+$/.test(name) ? `chain ${name}` : name} (${host}): ${places.join(', ')}`,
    `Since this process began: ${payments.join(', ')}`,
  ]
}

function fundingCell({ state, reason, retry, plan }: FleetRow): string {
  if (reason !== null) return paint('red', retry ? `next try ${timeOf(retry.at)}: ${reason}` : reason)
  if (!plan) return '-'
  const held = plan.decisions.filter(isNews)
  const [first] = held
  if (!first) return `${plan.decisions.filter((one) => !isOff(one)).length} watched`
  const rest = held.length > 1 ? ` (and ${held.length - 1} more)` : ''
  return state === 'open' ? paint('yellow', `${newsOf(first)}${rest}`) : '-'
}

const isOff = (one: Decision): boolean => one.action === 'hold' && one.reason === 'off'

const isNews = (one: Decision): boolean => one.action !== 'hold' || !FINE.includes(one.reason)

const newsOf = (one: Decision): string =>
  one.action === 'hold' ? reasonInWords[one.reason] : `tops up ${short(one.provider)}`

const DATE = '2026-01-31 '.length
/** A time of the day: retries are within an hour. */
const timeOf = (ms: number): string => moment(Math.ceil(ms / 1_000)).slice(DATE)

function rankOf({ state, reason, plan }: FleetRow): number {
  const isCalm = reason === null && !plan?.decisions.some(isNews)
  return RANK.indexOf(state) * 2 + (isCalm ? 1 : 0)
}

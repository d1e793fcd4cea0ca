import { formatOg, type AutoFundingStatus, type HoldReason } from '../../index.ts'
import type { LifecycleState } from '../../../machines/index.ts'

const DECIMALS = 4

/** Every hold reason in words. */
export const reasonInWords = {
  sufficient: 'enough is available',
  off: 'auto-funding is off',
  'in-flight': 'a transaction is on its way',
  'nonce-spent': 'another transaction took the nonce of the one on its way; awaiting that to be final',
  'unresolved-intent': 'a wallet never said whether it sent: see og-ledger transactions',
  'put-back-pending': 'what was free before a claim cannot be put back yet; it is tried again',
  settling: 'a top-up is mined; awaiting a reading that shows it',
  'refund-pending': 'a refund is pending; a top-up would undo it',
  'ledger-missing': 'the wallet has no ledger',
  idle: 'idle: topped up again once it is used',
  'use-unread': 'whether it is idle is being read',
  'ledger-short': 'the ledger has too little available',
  'deposit-pending': 'a deposit into the ledger is on its way',
  'ledger-closing': 'the ledger is being closed',
  withdrawal: 'the user withdraws from the ledger, or just has',
  'ledger-full': 'the ledger would hold more than its maximum',
  'wallet-short': 'the wallet that deposits has too little beside what it keeps',
  'payer-unread': 'the wallet that deposits could not be read yet',
  reserve: 'the ledger has no more than its reserve',
  'budget-exhausted': 'the budget of this window is spent, or in flight',
  'over-max': 'the minimum of the contract is more than one top-up may send',
  'too-small': 'the possible amount is too small to be sent',
  'gas-unread': 'the gas price could not be read yet',
  'journal-unavailable': 'the journal takes no records for now',
  'unknown-pending': 'another transaction of this wallet is pending that the journal does not know',
  'foreign-transaction': 'another program with the key has just sent a transaction',
  'fees-high': 'the chain asks for higher fees than allowed',
  'gas-short': 'the wallet has too little gas for it and for a full exit',
  'cooling-down': 'the last top-up is too recent',
  'provider-unregistered': 'the provider offers no service',
  'provider-unaccepted': "the contracts' owner does not accept the provider's signer",
  'provider-unread': 'the service of the provider could not be read yet',
  'first-day': 'the provider is new, and has what a new one gets within a day',
  anomaly: 'burn or unsettled fee jumped: check the provider',
  'awaiting-approval': 'awaiting approval',
  paused: 'paused',
  'stale-reading': 'the last readings of the chain failed',
  'backing-off': 'the last top-up failed; it is tried again later',
  overtaken: 'another transaction came before the top-up; the next reading decides anew',
} satisfies Record<HoldReason, string>

export const stateInWords = {
  none: 'none',
  created: 'empty',
  funded: 'funded',
  low: 'low',
  refunding: 'refunding',
  closed: 'closed',
} satisfies Record<LifecycleState, string>

export const autoFundingInWords = {
  watching: 'watching',
  held: 'held',
  awaitingApproval: 'awaiting approval',
  toppingUp: 'topping up',
  settling: 'settling',
} satisfies Record<AutoFundingStatus['state'], string>

/** Wei as an amount in OG. */
export const og = (wei: bigint | string): string => `${formatOg(BigInt(wei))} OG`

/** Wei for a column: in OG without the unit, with four decimals. */
export function aligned(wei: bigint | string): string {
  const text = formatOg(BigInt(wei), DECIMALS)
  const [whole = '', fraction = ''] = text.split('.')
  return /[<>]/.test(text) ? text : `${whole}.${fraction.padEnd(DECIMALS, '0')}`
}

/** Beginning and end of an address. The JSON has whole addresses. */
export const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

/** A time in the zone of this machine, with its offset: `2026-01-31 12:00:00+01:00`, or `Z` for UTC. */
export function moment(seconds: number): string {
  const date = new Date(seconds * 1_000)
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${day} ${time}${offsetInWords(-date.getTimezoneOffset())}`
}

function offsetInWords(minutes: number): string {
  if (minutes === 0) return 'Z'
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** A duration in its two largest units. */
export function durationInWords(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)}s`
  const minutes = Math.floor(seconds / 60)
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24]
  if (days >= 1_000) return `${days}d`
  if (days > 0) return `${days}d ${hours}h`
  return hours > 0 ? `${hours}h ${minutes % 60}m` : `${minutes}m`
}

import type { ArgsDef } from 'citty'
import type { Budget } from '../../index.ts'
import * as check from './fields.ts'
import { checkLevels, withoutUndefined, type Terms } from './terms.ts'
import { msOf } from './time-argument.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { amountOf, choiceOf, numberOf } from '../arguments/values.ts'

/** Options for idle money, of auto-funding and of a dry run. */
export const idlenessOptions = {
  'reclaim-idle': {
    type: 'string',
    valueHint: 'time',
    description: 'what nothing used for so long, such as 7d, gives its free money back to the ledger',
  },
  'reclaim-keep': { type: 'string', valueHint: 'OG', description: 'what stays in an idle sub-account (0)' },
  'reclaim-when': {
    type: 'string',
    valueHint: 'what',
    description: 'needed: while the ledger is short; or always (needed)',
  },
} as const satisfies ArgsDef

/** Options for how the providers of the command line are kept funded. */
export const termsOptions = {
  'interval-ms': { type: 'string', valueHint: 'time', description: 'how often the position is read (30s)' },
  'buffer-multiplier': { type: 'string', valueHint: 'number', description: 'how many times the minimum (2)' },
  'min-locked-balance': { type: 'string', valueHint: 'OG', description: "the minimum, else the network's" },
  target: { type: 'string', valueHint: 'OG', description: 'fills up to that, or to so many times the minimum (3x)' },
  'runway-trigger': { type: 'string', valueHint: 'time', description: 'top up when less is left, such as 6h' },
  'runway-target': { type: 'string', valueHint: 'time', description: 'and fill up so that it lasts that long' },
  'max-top-up': { type: 'string', valueHint: 'OG', description: 'the most that one top-up sends' },
  budget: { type: 'string', valueHint: 'OG/time', description: 'the most that each provider gets, such as 10/24h' },
  'ledger-reserve': { type: 'string', valueHint: 'OG', description: 'what must stay in the ledger' },
  'cooldown-ms': { type: 'string', valueHint: 'time', description: 'the least time between two top-ups, such as 6h' },
  'on-pending-refund': {
    type: 'string',
    valueHint: 'what',
    description: 'hold, or reuse: take from a pending refund first (hold)',
  },
  'auto-claim': { type: 'boolean', description: 'refunds whose lock is over are claimed, of these providers' },
  ...idlenessOptions,
  'skip-unsettled-fee': { type: 'boolean', description: 'no provider is asked for its unsettled fee' },
  'max-unsettled-fee': { type: 'string', valueHint: 'OG', description: 'no provider that claims more is paid' },
  'first-day': {
    type: 'string',
    valueHint: 'OG',
    description: 'the most that a new provider gets within a day, or off',
  },
  force: { type: 'boolean', description: 'pays providers also while they offer no such service' },
} as const satisfies ArgsDef

type IdlenessArguments = { [Name in keyof typeof idlenessOptions]?: string | undefined }

type TermsArguments = {
  [Name in keyof typeof termsOptions]?:
    ((typeof termsOptions)[Name]['type'] extends 'boolean' ? boolean : string) | undefined
}

/** @throws UsageError or InvalidInputError that names the option */
export function termsIn(args: TermsArguments): Terms {
  const onPendingRefund = args['on-pending-refund']
  const terms = withoutUndefined<Terms>({
    intervalMs: msOf(args['interval-ms'], 'interval-ms'),
    bufferMultiplier: numberOf(args['buffer-multiplier'], 'buffer-multiplier', { whole: false }),
    minLockedBalance: optional(args['min-locked-balance'], amountOf),
    target: optional(args.target, targetOf),
    runway: runwayOf(args),
    maxTopUp: optional(args['max-top-up'], (text) => check.moreThanNothing(text, '--max-top-up')),
    budget: optional(args.budget, (text) => budgetOf(text, '--budget')),
    ledgerReserve: optional(args['ledger-reserve'], (text) => check.amount(text, '--ledger-reserve')),
    cooldownMs: msOf(args['cooldown-ms'], 'cooldown-ms', check.cooldown),
    onPendingRefund: optional(onPendingRefund, (text) => choiceOf(text, '--on-pending-refund', ['hold', 'reuse'])),
    autoClaim: args['auto-claim'] === true ? true : undefined,
    reclaimIdle: idlenessOf(args),
    unsettledFee: args['skip-unsettled-fee'] === true ? (false as const) : undefined,
    maxUnsettledFee: optional(args['max-unsettled-fee'], (text) => check.amount(text, '--max-unsettled-fee')),
    firstDay: optional(args['first-day'], (text) => check.firstDay(text, '--first-day')),
    force: args.force === true ? true : undefined,
  })
  if (terms.target !== undefined && terms.runway !== undefined)
    throw new UsageError('Either --target or --runway-trigger and --runway-target, not both.')
  checkLevels(terms, '--target')
  return terms
}

/** The first of these options on the command line; undefined without one. */
export const firstTermsOption = (args: TermsArguments): string | undefined =>
  Object.keys(termsOptions).find((name) => args[name as keyof TermsArguments] !== undefined)

export function budgetOf(text: string, name: string): Budget {
  const [amount = '', per, ...rest] = text.split('/')
  if (per === undefined || rest.length > 0)
    throw new UsageError(`${name} is OG per time, such as 10/24h; this is ${JSON.stringify(text)}.`)
  return check.budget({ amount, per }, name)
}

/** `3x` is a multiple of the minimum, anything else an amount. */
function targetOf(text: string): number | string {
  if (!text.endsWith('x')) return check.target(text, '--target')
  return check.multiplier(numberOf(text.slice(0, -1), 'target', { whole: false }), '--target')
}

function runwayOf({ 'runway-trigger': trigger, 'runway-target': target }: TermsArguments) {
  if (trigger === undefined && target === undefined) return undefined
  if (trigger === undefined || target === undefined)
    throw new UsageError('--runway-trigger and --runway-target go together.')
  return check.runway({ trigger, target }, '--runway')
}

/** @throws UsageError that names the option */
export function idlenessOf({ 'reclaim-idle': after, 'reclaim-keep': keep, 'reclaim-when': when }: IdlenessArguments) {
  if (after === undefined) {
    if (keep === undefined && when === undefined) return undefined
    throw new UsageError('--reclaim-keep and --reclaim-when go with --reclaim-idle.')
  }
  return {
    after: check.idleTime(after, '--reclaim-idle'),
    ...(keep !== undefined && { keep: check.amount(keep, '--reclaim-keep') }),
    ...(when !== undefined && { when: choiceOf(when, '--reclaim-when', ['needed', 'always']) }),
  }
}

const optional = <T>(text: string | undefined, read: (text: string) => T): T | undefined =>
  text === undefined ? undefined : read(text)

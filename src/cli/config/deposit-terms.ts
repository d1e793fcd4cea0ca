import type { ArgsDef } from 'citty'
import type { InMs } from '../../base/durations.ts'
import { InvalidInputError, toDepositPolicy, type AutoDepositConfig, type Budget, type Duration } from '../../index.ts'
import * as check from './fields.ts'
import { checkOf, fieldError, objectAt, schemaOf, wholeAt, type Check } from './objects.ts'
import { withoutUndefined } from './terms.ts'
import { budgetOf } from './terms-options.ts'
import { msOf } from './time-argument.ts'
import { UsageError } from '../arguments/usage-error.ts'

/** How the ledger is kept filled: the options of auto-deposit that JSON can hold. */
export type DepositTerms = InMs<Omit<AutoDepositConfig, 'approve' | 'approvalTimeoutMs' | 'from'>> & {
  trigger?: string
  target?: string
  runway?: { trigger: Duration; target: Duration }
  maxLedger?: string
  maxDeposit?: string
  budget?: Budget
  gasReserve?: string
  /** The address that deposits, where it is not the wallet's own. Its key comes from a keystore or the environment. */
  from?: string
}

const runwayFields = { trigger: check.duration, target: check.duration }

const depositFields = {
  trigger: check.amount,
  target: check.moreThanNothing,
  runway: checkOf(schemaOf(runwayFields, { required: ['trigger', 'target'] }), (value, path) =>
    wholeAt(value, path, runwayFields),
  ),
  maxLedger: check.moreThanNothing,
  maxDeposit: check.moreThanNothing,
  budget: check.budget,
  gasReserve: check.amount,
  cooldownMs: check.cooldown,
  from: check.address,
} satisfies { [Name in keyof DepositTerms]-?: Check<NonNullable<DepositTerms[Name]>> }

const depositWords: Readonly<Record<keyof DepositTerms, string>> = {
  trigger: 'Deposit once less stays available in the ledger, in OG.',
  target: 'What a deposit fills up to, in OG; more than trigger.',
  runway:
    'Instead of both: deposit when less than trigger is left at the burn of all sub-accounts, to last for target.',
  maxLedger: 'The most that the ledger may have available after a deposit, in OG.',
  maxDeposit: 'The most that one deposit sends, in OG.',
  budget: 'The most that deposits send in a rolling window.',
  gasReserve: 'What stays in the wallet beside the gas of a full exit, in OG.',
  cooldownMs: 'The least time between two deposits, in milliseconds or as "6h".',
  from: 'The address that deposits, where it is not the wallet. Its key comes from a keystore or the environment.',
}

/** Reads the terms of auto-deposit. What several fields come to together is checked as the library checks it. */
export const depositTermsAt: Check<DepositTerms> = checkOf(
  {
    ...schemaOf(depositFields, { words: depositWords }),
    oneOf: [
      { required: ['trigger', 'target'] },
      { required: ['runway'], properties: { trigger: false, target: false } },
    ],
  },
  (value, path) => {
    const terms = objectAt(value, path, depositFields)
    checkTogether(terms, path)
    return terms
  },
)

/** The same where a wallet can deposit from itself alone. */
export const ownDepositTermsAt: Check<Omit<DepositTerms, 'from'>> = checkOf(depositTermsAt.schema, (value, path) => {
  const { from, ...terms } = depositTermsAt(value, path)
  if (from !== undefined) throw fieldError(`${path}.from`, 'a wallet of a fleet deposits from itself.')
  return terms
})

/** Options for how `auto-fund` keeps the ledger filled, and for what a dry run would do. */
export const depositOptions = {
  'deposit-trigger': {
    type: 'string',
    valueHint: 'OG|time',
    description: 'deposit into the ledger once less stays available: 5; or once it lasts less long: 2d',
  },
  'deposit-target': { type: 'string', valueHint: 'OG|time', description: 'and fill it up to that: 20, or 7d' },
  'max-ledger': { type: 'string', valueHint: 'OG', description: 'the most that the ledger has after a deposit' },
  'max-deposit': { type: 'string', valueHint: 'OG', description: 'the most that one deposit sends' },
  'deposit-budget': { type: 'string', valueHint: 'OG/time', description: 'the most that deposits send, such as 50/7d' },
  'gas-reserve': { type: 'string', valueHint: 'OG', description: 'what deposits leave in the wallet, beside exit gas' },
  'deposit-cooldown-ms': {
    type: 'string',
    valueHint: 'time',
    description: 'the least time between two deposits, such as 6h',
  },
  'deposit-from': {
    type: 'string',
    valueHint: 'address',
    description: 'the address that deposits, where that is not the wallet',
  },
} as const satisfies ArgsDef

type DepositArguments = { [Name in keyof typeof depositOptions]?: string | undefined }

/**
 * The terms of auto-deposit on a command line; undefined without any.
 *
 * @throws UsageError that names the option
 */
export function depositTermsIn(args: DepositArguments): DepositTerms | undefined {
  const first = firstDepositOption(args)
  if (first === undefined) return undefined
  const { 'deposit-trigger': trigger, 'deposit-target': target } = args
  if (trigger === undefined || target === undefined)
    throw new UsageError(`--${first} is about deposits, and they need --deposit-trigger and --deposit-target.`)
  const read = <T>(name: keyof DepositArguments, check: (value: string, path: string) => T): T | undefined =>
    args[name] === undefined ? undefined : check(args[name], `--${name}`)
  const terms = withoutUndefined<DepositTerms>({
    ...levelsOf(trigger, target),
    maxLedger: read('max-ledger', check.moreThanNothing),
    maxDeposit: read('max-deposit', check.moreThanNothing),
    budget: read('deposit-budget', budgetOf),
    gasReserve: read('gas-reserve', check.amount),
    cooldownMs: msOf(args['deposit-cooldown-ms'], 'deposit-cooldown-ms', check.cooldown),
    from: read('deposit-from', check.address),
  })
  checkTogether(terms, '--deposit-target')
  return terms
}

/** The first of these options on the command line; undefined without one. */
export const firstDepositOption = (args: DepositArguments): string | undefined =>
  Object.keys(depositOptions).find((name) => args[name as keyof DepositArguments] !== undefined)

function levelsOf(trigger: string, target: string): Pick<DepositTerms, 'trigger' | 'target' | 'runway'> {
  const [first, second] = [trigger, target].map((text) => /[smhd]$/.test(text))
  if (first !== second)
    throw new UsageError('--deposit-trigger and --deposit-target are both in OG (5 and 20), or both times (2d and 7d).')
  const [low, high] = ['--deposit-trigger', '--deposit-target'] as const
  return first
    ? { runway: { trigger: check.duration(trigger, low), target: check.duration(target, high) } }
    : { trigger: check.amount(trigger, low), target: check.moreThanNothing(target, high) }
}

function checkTogether(whole: DepositTerms, path: string): void {
  const { from: _, ...terms } = whole
  if (terms.runway === undefined && (terms.trigger === undefined || terms.target === undefined))
    throw fieldError(path, 'it needs trigger and target in OG, or runway with trigger and target as times.')
  try {
    toDepositPolicy(terms)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const [sentence = ''] = error.message.split('.', 1)
    const facts = Object.entries(error.facts).map(([name, fact]) => `${name} ${fact}`)
    throw fieldError(path, `${sentence}${facts.length === 0 ? '' : `: ${facts.join(', ')}`}.`)
  }
}

import {
  anything,
  checkOptions,
  isEither,
  isListOf,
  isObjectOf,
  isObjectWith,
  isOneOf,
  type Check,
} from '../base/check-options.ts'
import { toSeconds, type Duration } from '../base/durations.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { AlertState, Receiver, RuleName, Severity } from './alert.types.ts'
import type { Rule, Terms } from './rules/rule.ts'
import { rules } from './rules/rules.ts'

/** What may be set of one rule. */
export type RuleOptions = {
  /** How long its condition must hold before it fires; `'0s'` fires at once. */
  for?: Duration | '0s'
  severity?: Severity
  /** `ledger-runway` and `gas-low`: it fires when less time is left. */
  below?: Duration
}

export type AlertsOptions = {
  /** Where alerts go; at least one. */
  to: readonly Receiver[]
  /** Terms of single rules; `false` turns one off. All are on by default. */
  rules?: Partial<Record<RuleName, RuleOptions | false>>
  /** A firing alert is sent again after this: `'4h'` by default, from `'1m'`. */
  repeat?: Duration
  /** Where what fires and what was sent is kept, for the next run; without it a restart sends anew what still fires. */
  state?: AlertState
  /** Gets a line for each alert and for each delivery that failed. */
  logger?: Logger
}

/** Terms of each rule that is on, and of those that are off. */
export type RuleTerms = { rule: Rule; terms: Terms | null }

const NAMES = rules.map(({ name }) => name)
const WITH_RUNWAY: readonly RuleName[] = ['ledger-runway', 'gas-low']

/** @throws InvalidInputError that names the option */
export function checkAlertsOptions(options: AlertsOptions): { terms: RuleTerms[]; repeatMs: number } {
  checkOptions('createAlerts', options, {
    to: isListOf(
      isReceiver,
      'receivers: slack(url), pagerDuty(key), webhook(url), or an object with name, id and send',
    ),
    rules: isObjectOf(Object.fromEntries(NAMES.map((name) => [name, isRuleOptions]))),
    repeat: anything,
    state: isObjectWith('a state', ['load', 'save']),
    logger: isObjectWith('a logger', ['debug', 'info', 'warn', 'error']),
  })
  const { to, repeat = '4h' } = options
  if (!Array.isArray(to) || to.length === 0)
    throw new InvalidInputError('createAlerts needs a receiver.', { do: 'pass to: [slack(url)]' })
  const twice = to.find(({ id }, index) => to.findIndex((one) => one.id === id) !== index)
  if (twice) throw new InvalidInputError('A receiver stands twice in the list.', { receiver: twice.name })
  const repeatMs = toSeconds(repeat, 'repeat') * 1_000
  if (repeatMs < 60_000) throw new InvalidInputError('repeat is a minute at least.', { repeat })
  return { terms: rules.map((rule) => ({ rule, terms: termsOf(rule, options.rules?.[rule.name]) })), repeatMs }
}

function termsOf({ name, defaults }: Rule, options: RuleOptions | false | undefined): Terms | null {
  if (options === false) return null
  const { for: held, severity = defaults.severity, below } = options ?? {}
  if (below !== undefined && !WITH_RUNWAY.includes(name))
    throw new InvalidInputError(`The rule ${name} has no threshold.`, { option: `below of ${name}` })
  return {
    severity,
    forSeconds: held === undefined ? defaults.forSeconds : held === '0s' ? 0 : toSeconds(held, `for of ${name}`),
    belowSeconds: below === undefined ? defaults.belowSeconds : toSeconds(below, `below of ${name}`),
  }
}

const isRuleOptions: Check = isEither(
  isOneOf(false),
  isObjectOf({ for: anything, severity: isOneOf('info', 'warning', 'critical'), below: anything }),
)

function isReceiver(value: unknown): string | null {
  const problem = isObjectWith('a receiver', ['send'])(value)
  if (problem !== null) return problem
  const { name, id } = value as Record<string, unknown>
  return typeof name === 'string' && name !== '' && typeof id === 'string' && id !== '' ? null : 'has name and id'
}

import { env } from 'node:process'
import { pagerDuty, slack, webhook, type Receiver, type RuleName, type RuleOptions } from '../../alerts/index.ts'
import { InvalidInputError, type Duration } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { duration, oneOf } from './fields.ts'
import { checkOf, fieldError, kindOf, objectAt, schemaOf, wholeAt, type Check } from './objects.ts'
import { withoutQuotes } from './text.ts'

/** A URL or a key: written down, or in an environment variable. */
type Source = { url: string } | { env: string }

/** One receiver as the file names it; a webhook may be signed. */
type ReceiverTerms = { kind: 'slack' | 'pagerDuty' | 'webhook'; from: Source; signWith?: Source | undefined }

/** Where alerts go, and the terms of their rules. */
export type AlertTerms = {
  to: readonly ReceiverTerms[]
  rules?: Partial<Record<RuleName, RuleOptions | false>>
  repeat?: Duration
}

const variableAt: Check<string> = checkOf(
  { type: 'string', pattern: String.raw`^[A-Za-z_]\w{0,99}$` },
  (value, path) => {
    if (typeof value === 'string' && /^[A-Za-z_]\w{0,99}$/.test(value)) return value
    throw fieldError(path, 'the name of an environment variable, such as SLACK_WEBHOOK_URL.')
  },
)

const environmentFields = { env: variableAt }
const fromEnvironment: Check<Source> = checkOf(schemaOf(environmentFields, { required: ['env'] }), (value, path) =>
  wholeAt(value, path, environmentFields),
)
const urlOrEnvironment: Check<Source> = checkOf(
  { anyOf: [{ type: 'string' }, fromEnvironment.schema] },
  (value, path) => (typeof value === 'string' ? { url: value } : fromEnvironment(value, path)),
)

const receiverFields = {
  slack: urlOrEnvironment,
  pagerDuty: fromEnvironment,
  webhook: urlOrEnvironment,
  signWith: fromEnvironment,
}

const receiversAt: Check<ReceiverTerms[]> = checkOf(
  {
    type: 'array',
    minItems: 1,
    items: {
      ...schemaOf(receiverFields),
      oneOf: (['slack', 'pagerDuty', 'webhook'] as const).map((name) => ({ required: [name] })),
      dependentRequired: { signWith: ['webhook'] },
    },
  },
  (value, path) => {
    if (!Array.isArray(value) || value.length === 0)
      throw fieldError(
        path,
        `a list of at least one receiver; this is ${Array.isArray(value) ? 'empty' : kindOf(value)}.`,
      )
    return value.map((one: unknown, index) => receiverAt(one, `${path}[${index}]`))
  },
)

const ruleTerms = {
  for: checkOf({ anyOf: [{ const: '0s' }, duration.schema] }, (value, path): Duration | '0s' =>
    value === '0s' ? value : duration(value, path),
  ),
  severity: oneOf<'info' | 'warning' | 'critical'>(['info', 'warning', 'critical']),
  below: duration,
}
const ruleAt: Check<RuleOptions | false> = checkOf({ anyOf: [{ const: false }, schemaOf(ruleTerms)] }, (value, path) =>
  value === false ? false : objectAt(value, path, ruleTerms),
)

const ruleFields = {
  'ledger-runway': ruleAt,
  'gas-low': ruleAt,
  'held-and-low': ruleAt,
  'stale-reading': ruleAt,
  'stuck-transaction': ruleAt,
  'unresolved-intent': ruleAt,
  anomaly: ruleAt,
  'budget-exhausted': ruleAt,
  'refund-claimable': ruleAt,
  'lease-lost': ruleAt,
} satisfies Record<RuleName, Check<RuleOptions | false>>

const rulesAt: Check<NonNullable<AlertTerms['rules']>> = checkOf(schemaOf(ruleFields), (value, path) =>
  objectAt(value, path, ruleFields),
)

const alertFields = { to: receiversAt, rules: rulesAt, repeat: duration }

/** Reads the alerts of a config. Keys come from the environment; URLs may. */
export const alertTermsAt: Check<AlertTerms> = checkOf(
  schemaOf(alertFields, {
    required: ['to'],
    words: {
      to: 'Where alerts go.',
      rules: 'Changes a rule, or switches it off with false.',
      repeat: 'How often an alert is repeated while it holds; 4h by default.',
    },
  }),
  (value, path) => {
    const { to, rules, repeat } = objectAt(value, path, alertFields)
    if (to === undefined) throw fieldError(`${path}.to`, 'it is missing: alerts need a receiver.')
    return { to, ...(rules && { rules }), ...(repeat !== undefined && { repeat }) }
  },
)

/**
 * The receivers that a file names, with what stands in the environment.
 *
 * @throws UsageError for a variable that is not set, and for a URL or key that is none; it shows neither
 */
export function receiversIn({ to }: AlertTerms): Receiver[] {
  return to.map((terms, index) => {
    const path = `alerts.to[${index}]`
    try {
      const { kind, from, signWith } = terms
      if (kind === 'slack') return slack(valueOf(from, path))
      if (kind === 'pagerDuty') return pagerDuty(valueOf(from, path))
      return webhook(valueOf(from, path), signWith ? { secret: valueOf(signWith, path) } : {})
    } catch (error) {
      if (error instanceof InvalidInputError) throw new UsageError(`${path}: ${error.message.split('\n', 1)[0]}`)
      throw error
    }
  })
}

function receiverAt(value: unknown, path: string): ReceiverTerms {
  const { slack: chat, pagerDuty: pager, webhook: hook, signWith } = objectAt(value, path, receiverFields)
  const named: ReceiverTerms[] = [
    ...(chat ? [{ kind: 'slack' as const, from: chat }] : []),
    ...(pager ? [{ kind: 'pagerDuty' as const, from: pager }] : []),
    ...(hook ? [{ kind: 'webhook' as const, from: hook, signWith }] : []),
  ]
  const [one, ...others] = named
  if (!one || others.length > 0) throw fieldError(path, 'one of slack, pagerDuty and webhook.')
  if (signWith && one.kind !== 'webhook') throw fieldError(`${path}.signWith`, 'only a webhook is signed.')
  return one
}

function valueOf(source: Source, path: string): string {
  if ('url' in source) return source.url
  const value = env[source.env]
  if (value === undefined || value === '') throw new UsageError(`${path}: ${source.env} is not set in the environment.`)
  return withoutQuotes(value)
}

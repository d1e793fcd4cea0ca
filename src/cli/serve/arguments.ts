import type { SendingArguments } from '../arguments/options.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { numberOf } from '../arguments/values.ts'
import { milliseconds } from '../config/fields.ts'
import type { FundingConfig } from '../config/file.ts'
import { termsIn, termsOptions } from '../config/terms-options.ts'
import { msOf } from '../config/time-argument.ts'
import { note } from '../screen/terminal.ts'
import { addressOf } from '../session/connection.ts'
import { DEFAULT_PORT } from './port.ts'

const DEFAULT_TIMEOUT_MS = 600_000
/** Terms that a rejected request obeys as well; the others are auto-funding's alone. */
const REQUEST_TERMS = ['max-top-up', 'budget', 'on-pending-refund'] as const

export type ServeArguments = SendingArguments &
  Parameters<typeof termsIn>[0] & {
    _: readonly string[]
    config?: string | undefined
    'treasury-keystore'?: string | undefined
    port?: string | undefined
    host?: string | undefined
    'allow-host'?: string | undefined
    'timeout-ms'?: string | undefined
    'first-sight-ms'?: string | undefined
  }

/** Where it listens, and for how long it waits. */
export function placeOf(args: ServeArguments) {
  return {
    port: numberOf(args.port, 'port', { most: 65_535 }) ?? DEFAULT_PORT,
    host: args.host ?? '127.0.0.1',
    hosts: (args['allow-host'] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    timeoutMs: msOf(args['timeout-ms'], 'timeout-ms', milliseconds(1_000)) ?? DEFAULT_TIMEOUT_MS,
    firstSightMs: msOf(args['first-sight-ms'], 'first-sight-ms', milliseconds(0)),
  }
}

/** A config for the providers of the command line: all have the same terms. Without any, those with a sub-account are served. */
export function servedConfigOf(args: ServeArguments): FundingConfig {
  const named = [...new Set(args._.map((one) => addressOf(one, 'PROVIDER')))]
  const terms = termsIn(args)
  const { intervalMs } = terms
  return {
    ...(intervalMs !== undefined && { intervalMs }),
    defaults: terms,
    providers:
      named.length === 0 ? null : named.map((provider) => ({ provider, service: 'inference' as const, terms })),
  }
}

/** What stands in a file for auto-funding is left out, and said; an option that would be is refused. */
export function refuseTermsOfAutoFunding(args: ServeArguments, { autoDeposit }: FundingConfig): void {
  if (autoDeposit) note('Left out without --auto-fund: autoDeposit.')
  if (args['treasury-keystore'] !== undefined)
    throw new UsageError('--treasury-keystore is about deposits: it needs --auto-fund.')
  const names = Object.keys(termsOptions) as (keyof typeof termsOptions)[]
  const given = names.find((name) => args[name] !== undefined && !REQUEST_TERMS.some((one) => one === name))
  if (given !== undefined) throw new UsageError(`--${given} is about auto-funding: it needs --auto-fund.`)
}

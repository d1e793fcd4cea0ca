import {
  anything,
  checkOptions,
  isBoolean,
  isEither,
  isHidden,
  isListOf,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Check,
  type Fields,
} from '../base/check-options.ts'
import { InvalidInputError, toDepositPolicy, toPolicy, type DryRun } from '../index.ts'
import type { HistoryLimits } from './history.ts'

export type VisualizerOptions = {
  /** Where to listen; any free port by default. Null for no server of its own: mount the handler in yours. */
  port?: number | null
  /** The address to listen on: the loopback by default. For any other, list the server's names in `hosts`. */
  host?: string
  /** Names of the server beside those of the loopback: `['ledger.example.org']`. */
  hosts?: readonly string[]
  /** The path under which the handler is mounted: `/ledger`. */
  basePath?: string
  /** A page with this token may top up, pause, approve, retrieve and close. At least 16 characters; left out, pages only look. */
  control?: { token: string }
  /**
   * Plans show what would be done if auto-funding were on: for brokers without a signer. With `autoFunding` for those providers alone,
   * with their configs; with `autoDeposit` or `reclaimIdle` also as if that were on.
   */
  dryRun?: boolean | DryRun
  /** URL of a block explorer; the network's own by default. */
  explorer?: string
  /** How much history is kept. */
  history?: Partial<HistoryLimits>
}

const LEAST_TOKEN = 16

/** @throws InvalidInputError that names the option and what it takes; a token is never repeated */
export function checkVisualizerOptions(options: VisualizerOptions): void {
  checkOptions('createVisualizer', options, fields)
  const { control, dryRun } = options
  if (typeof dryRun === 'object' && dryRun.autoDeposit) {
    const { payerBalance: _, ...config } = dryRun.autoDeposit
    toDepositPolicy(config)
  }
  if (typeof dryRun === 'object') for (const { config = {} } of dryRun.autoFunding ?? []) toPolicy(config, 0n)
  if (typeof dryRun === 'object' && dryRun.reclaimIdle !== undefined) toPolicy({ reclaimIdle: dryRun.reclaimIdle }, 0n)
  if (control === undefined) return
  if (control.token === undefined)
    throw new InvalidInputError('control has no token.', { do: 'pass control: { token }, a random text' })
  if (control.token.length < LEAST_TOKEN)
    throw new InvalidInputError('A control token needs 16 characters at least.', { do: 'take random ones' })
}

/** A name without scheme, port and path: it is compared with the name in the Host header. */
const isHostName: Check = (value) =>
  typeof value === 'string' && /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(value)
    ? null
    : 'is a name without scheme, port and path, such as ledger.example.org'

const isBasePath: Check = (value) =>
  typeof value === 'string' && /^(?:\/[^?#\s]*)?$/.test(value) ? null : 'is a path that begins with /, such as /ledger'

const isUrl: Check = (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? null : 'is an http or https URL'

const isCount = isWhole({ least: 0, most: Number.MAX_SAFE_INTEGER })

const fields: Fields<VisualizerOptions> = {
  port: isEither(isWhole({ least: 0, most: 65_535 }), isOneOf(null)),
  host: isText,
  hosts: isListOf(isHostName, 'names without scheme, port and path, such as ["ledger.example.org"]'),
  basePath: isBasePath,
  control: isHidden(isObjectOf({ token: isText })),
  dryRun: isEither(isBoolean, isObjectOf({ autoFunding: anything, autoDeposit: anything, reclaimIdle: anything })),
  explorer: isHidden(isUrl),
  history: isObjectOf({ entries: isCount, bytes: isCount }),
}

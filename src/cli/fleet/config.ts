import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { FleetBudget } from '../../fleet/index.ts'
import type { Budget, NetworkConfig, NetworkName } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { alertTermsAt, type AlertTerms } from '../config/alert-terms.ts'
import { ownDepositTermsAt, type DepositTerms } from '../config/deposit-terms.ts'
import * as check from '../config/fields.ts'
import { fundedProvidersAt, jsonIn, providersAt, type FundedProvider } from '../config/file.ts'
import { networkAt } from '../config/network.ts'
import { checkOf, fieldError, kindOf, objectAt, schemaOf, valueInWords, type Check } from '../config/objects.ts'
import type { Schema } from '../config/schema.ts'
import { secretIn } from '../config/secrets.ts'
import { termsAt } from '../config/terms.ts'
import { withoutBom } from '../config/text.ts'

/** Where the keys of a fleet's wallets are. The config itself holds none. */
export type WalletSource =
  /** A file with a key in each line. */
  | { kind: 'file'; path: string }
  /** A folder of encrypted keys, all with one password. */
  | { kind: 'keystores'; path: string }
  /** A phrase in an environment variable, and which of its accounts. */
  | { kind: 'mnemonic'; env: string; path: string; from: number; to: number }

/** What is done for the wallets whose name or address matches. */
export type FleetPolicy = {
  wallets: readonly string[]
  providers: readonly FundedProvider[]
  autoDeposit?: Omit<DepositTerms, 'from'>
  budget?: Budget
  autoClaim?: boolean
}

export type FleetConfig = {
  network?: NetworkName | NetworkConfig
  intervalMs?: number
  /** For all wallets together: of every process that has the same database and name, or else of this one. */
  budget?: FleetBudget
  capacity?: number
  leaseMs?: number
  wallets: WalletSource
  /** The first that matches a wallet holds. */
  policies: readonly FleetPolicy[]
  alerts?: AlertTerms
}

const DEFAULT_PATH = "m/44'/60'/0'/0"
const MOST_ACCOUNTS = 1_000_000

const text = (pattern: string, words: string): Check<string> =>
  checkOf({ type: 'string', pattern }, (value, path) => {
    if (typeof value === 'string' && new RegExp(pattern).test(value)) return value
    throw fieldError(path, `${words}; this is ${valueInWords(value)}.`)
  })

const whole = (least: number, most: number): Check<number> =>
  checkOf({ type: 'integer', minimum: least, maximum: most }, (value, path) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw fieldError(path, `a whole number from ${least} to ${most}; this is ${valueInWords(value)}.`)
  })

const path = text('\\S', 'a path')
const envFields = { env: text('^[A-Za-z_][A-Za-z0-9_]*$', 'the name of an environment variable') }
const env: Check<{ env: string }> = checkOf(schemaOf(envFields, { required: ['env'] }), (value, at) => {
  const { env: name } = objectAt(value, at, envFields)
  if (name === undefined) throw fieldError(at, 'keys never stand in this file: { "env": "NAME" } names the variable.')
  return { env: name }
})

const sourceFields = {
  file: path,
  keystores: path,
  mnemonic: env,
  path: text(String.raw`^m(?:/\d+'?)+$`, `a derivation path such as "${DEFAULT_PATH}"`),
  from: whole(0, 2 ** 31 - 1),
  to: whole(0, 2 ** 31 - 1),
}

const sourceAt: Check<WalletSource> = checkOf(
  {
    ...schemaOf(sourceFields, {
      words: {
        file: 'A file with a key and a name in each line, which only its owner may read.',
        keystores: 'A folder of encrypted keys (JSON) that all have one password.',
        mnemonic: 'The environment variable that has the phrase.',
        path: `The path below which accounts are derived; ${DEFAULT_PATH} by default.`,
        from: 'The first account of the phrase.',
        to: 'The last account of the phrase.',
      },
    }),
    oneOf: [{ required: ['file'] }, { required: ['keystores'] }, { required: ['mnemonic', 'from', 'to'] }],
  },
  (value, at) => {
    const { file, keystores, mnemonic, path: below = DEFAULT_PATH, from, to } = objectAt(value, at, sourceFields)
    const given = [file, keystores, mnemonic].filter((one) => one !== undefined).length
    if (given !== 1) throw fieldError(at, 'one of file, keystores and mnemonic.')
    if (file !== undefined) return { kind: 'file', path: file }
    if (keystores !== undefined) return { kind: 'keystores', path: keystores }
    if (!mnemonic || from === undefined || to === undefined || to < from || to - from >= MOST_ACCOUNTS)
      throw fieldError(at, `a mnemonic needs from and to, the first and the last account: at most ${MOST_ACCOUNTS}.`)
    return { kind: 'mnemonic', env: mnemonic.env, path: below, from, to }
  },
)

const patternsAt: Check<readonly string[]> = checkOf(
  { anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, items: { type: 'string' } }] },
  (value, at) => {
    const all: unknown[] = Array.isArray(value) ? value : [value]
    if (all.length > 0 && all.every((one) => typeof one === 'string' && one !== '')) return all as string[]
    throw fieldError(
      at,
      `a name or an address in which * stands for any text, or a list of them; this is ${kindOf(value)}.`,
    )
  },
)

const policyFields = {
  wallets: patternsAt,
  defaults: termsAt,
  providers: providersAt,
  autoDeposit: ownDepositTermsAt,
  budget: check.budget,
  autoClaim: check.yesOrNo,
}

const policySchema = schemaOf(policyFields, {
  required: ['wallets'],
  words: {
    wallets: 'Names or addresses in which * stands for any text. The first policy that matches a wallet holds.',
    defaults: 'Terms for every provider of this policy that does not say otherwise.',
    providers: 'The providers to keep funded, each with terms of its own.',
    autoDeposit: 'Keeps the ledger filled from the wallet. Left out, nothing is deposited.',
    budget: 'The most that all providers of one wallet get in a rolling window.',
    autoClaim: 'Claims refunds of every sub-account once their lock is over.',
  },
})

const policyAt: Check<FleetPolicy> = checkOf(policySchema, (value, at) => {
  const { wallets, defaults = {}, providers, ...rest } = objectAt(value, at, policyFields)
  if (!wallets) throw fieldError(`${at}.wallets`, 'it is missing.')
  const funded = providers ? fundedProvidersAt(providers, defaults, `${at}.providers`) : []
  return { wallets, providers: funded, ...rest }
})

const policiesAt: Check<readonly FleetPolicy[]> = checkOf(
  { type: 'array', minItems: 1, items: policySchema },
  (value, at) => {
    if (Array.isArray(value) && value.length > 0)
      return value.map((one: unknown, index) => policyAt(one, `${at}[${index}]`))
    throw fieldError(at, `a list of at least one policy; this is ${Array.isArray(value) ? 'empty' : kindOf(value)}.`)
  },
)

const fleetBudgetFields = {
  ...check.budgetFields,
  name: text(String.raw`^(?=.*\S).{1,200}$`, 'a name of 1 to 200 characters'),
}

const fleetBudgetAt: Check<FleetBudget> = checkOf(
  schemaOf(fleetBudgetFields, {
    required: ['amount', 'per'],
    words: { name: 'Fleets of one database that each have a budget give it different names; "fleet" by default.' },
  }),
  (value, at) => {
    const { name, ...most } = objectAt(value, at, fleetBudgetFields)
    return { ...check.budget(most, at), ...(name !== undefined && { name }) }
  },
)

const fleetFields = {
  $schema: text(String.raw`^\S*$`, 'the address of a JSON Schema'),
  network: networkAt,
  intervalMs: check.interval,
  budget: fleetBudgetAt,
  capacity: whole(1, MOST_ACCOUNTS),
  leaseMs: check.milliseconds(1_000, 3_600_000),
  wallets: sourceAt,
  policies: policiesAt,
  alerts: alertTermsAt,
}

/** The JSON Schema of a fleet's config. */
export const fleetSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Config of og-ledger fleet',
  ...schemaOf(fleetFields, {
    required: ['wallets', 'policies'],
    words: {
      $schema: 'Where this schema lies, for editors.',
      network: 'mainnet, testnet or testnetDev, or a deployment of your own by its addresses.',
      intervalMs: 'How often each position is read, in milliseconds or as "10s"; 30s by default.',
      budget:
        'The most that all wallets together pay in a rolling window: those of every process that shares a database, or else of this one.',
      capacity: 'The most wallets that one process claims, with --database.',
      leaseMs:
        'How long a lease holds after its last heartbeat, with --database, in milliseconds or as "30s"; 30s by default.',
      wallets: 'Where the keys of the wallets are. This file holds none.',
      policies: 'What is done for which wallets.',
      alerts: 'Where alerts go, and the terms of their rules.',
    },
  }),
}

/**
 * Reads the config of a fleet. Paths in it begin at its own folder.
 *
 * @throws UsageError that names the file and the field
 */
export async function readFleetConfig(file: string): Promise<FleetConfig> {
  const read = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`)
  })
  try {
    const config = parseFleetConfig(read)
    const { wallets } = config
    if (wallets.kind === 'mnemonic') return config
    return { ...config, wallets: { ...wallets, path: resolve(dirname(file), wallets.path) } }
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error
  }
}

/** @throws UsageError that names the field */
export function parseFleetConfig(json: string): FleetConfig {
  const value = jsonIn(withoutBom(json))
  const secret = secretIn(withoutNames(value))
  if (secret !== null)
    throw fieldError(secret, 'this looks like a key, and keys never stand in this file: name where they are.')
  const { $schema: _, wallets, policies, ...rest } = objectAt(value, '', fleetFields)
  if (!wallets) throw fieldError('wallets', 'it is missing: file, keystores or mnemonic.')
  if (!policies) throw fieldError('policies', 'it is missing: what is done for which wallets.')
  return { wallets, policies, ...rest }
}

/** The fields of `wallets` are called after keys, and hold none: only their values are looked at. */
function withoutNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('wallets' in value)) return value
  const { wallets } = value
  return { ...value, wallets: typeof wallets === 'object' && wallets !== null ? Object.values(wallets) : wallets }
}

import { readFile } from 'node:fs/promises'
import { keyOf } from '../../base/sub-account-key.ts'
import type { Budget, NetworkConfig, NetworkName, ServiceType } from '../../index.ts'
import * as check from './fields.ts'
import { checkOf, fieldError, kindOf, objectAt, schemaOf, type Check } from './objects.ts'
import {
  checkLevels,
  eitherLevel,
  eitherLevelSchema,
  mergeTerms,
  termsAt,
  termsFields,
  termsWords,
  type Terms,
} from './terms.ts'
import { meantService } from '../../base/service-words.ts'
import { SERVICE_TYPES } from '../session/services.ts'
import { alertTermsAt, type AlertTerms } from './alert-terms.ts'
import { depositTermsAt, type DepositTerms } from './deposit-terms.ts'
import { networkAt } from './network.ts'
import type { Schema } from './schema.ts'
import { secretIn } from './secrets.ts'
import { duplicateFieldIn } from './duplicate-fields.ts'
import { withoutBom } from './text.ts'
import { UsageError } from '../arguments/usage-error.ts'

/** A provider to keep funded, and how. */
export type FundedProvider = { provider: string; service: ServiceType; terms: Terms }

export type FundingConfig = {
  network?: NetworkName | NetworkConfig
  /** How often the position is read. */
  intervalMs?: number
  /** For all providers together. */
  budget?: Budget
  /** Refunds whose lock is over are claimed, of every sub-account. */
  autoClaim?: boolean
  /** How the ledger is kept filled; left out, nothing is deposited. */
  autoDeposit?: DepositTerms
  /** Where alerts go, and the terms of their rules. */
  alerts?: AlertTerms
  defaults: Terms
  /** Each with its own terms, and the defaults for the rest; null where the file names no provider. */
  providers: readonly FundedProvider[] | null
}

const providerFields = {
  provider: check.address,
  service: check.oneOf(SERVICE_TYPES, meantService),
  ...termsFields,
}

/** The providers, each of which is read once the defaults are known. */
export const providersAt: Check<readonly unknown[]> = checkOf(
  {
    type: 'array',
    minItems: 1,
    items: {
      ...schemaOf(providerFields, {
        required: ['provider'],
        words: {
          provider: "The provider's address.",
          service: 'inference (where left out) or fine-tuning.',
          ...termsWords,
        },
      }),
      ...eitherLevelSchema,
    },
  },
  (value, path) => {
    if (Array.isArray(value) && value.length > 0) return value as unknown[]
    throw fieldError(
      path,
      `a list of at least one provider; this is ${Array.isArray(value) ? 'empty' : kindOf(value)}.`,
    )
  },
)

const configFields = {
  $schema: checkOf({ type: 'string', pattern: String.raw`^\S*$` }, (value, path): string => {
    if (typeof value === 'string' && /^\S*$/.test(value)) return value
    throw fieldError(path, 'the address of a JSON Schema.')
  }),
  network: networkAt,
  intervalMs: check.interval,
  budget: check.budget,
  autoClaim: check.yesOrNo,
  autoDeposit: depositTermsAt,
  alerts: alertTermsAt,
  defaults: termsAt,
  providers: providersAt,
}

/** The JSON Schema of a config. What several fields say together, and whether a key stands in it, the command alone checks. */
export const configSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Config of og-ledger auto-fund',
  ...schemaOf(configFields, {
    words: {
      $schema: 'Where this schema lies, for editors.',
      network: 'mainnet, testnet or testnetDev, or a deployment of your own by its addresses.',
      intervalMs: 'How often the position is read, in milliseconds or as "10s"; 30s by default.',
      budget: 'The most that all providers together get in a rolling window.',
      autoClaim: 'Claims refunds of every sub-account once their lock is over.',
      autoDeposit: 'Keeps the ledger filled from the wallet. Left out, nothing is deposited.',
      alerts: 'Where alerts go, and the terms of their rules.',
      defaults: 'Terms for every provider that does not say otherwise.',
      providers: 'The providers to keep funded, each with terms of its own.',
    },
  }),
}

/**
 * Reads a config. Every field is checked before anything is done.
 *
 * @throws UsageError that names the field
 */
export function parseConfig(text: string): FundingConfig {
  const json = jsonIn(withoutBom(text))
  const secret = secretIn(json)
  if (secret !== null)
    throw fieldError(secret, 'this looks like a key, and keys never stand in this file: use PRIVATE_KEY or --keystore.')
  const { network, intervalMs, budget, autoClaim, autoDeposit, alerts, ...rest } = objectAt(json, '', configFields)
  const defaults = rest.defaults ?? {}
  return {
    ...(network !== undefined && { network }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(budget !== undefined && { budget }),
    ...(autoClaim !== undefined && { autoClaim }),
    ...(autoDeposit !== undefined && { autoDeposit }),
    ...(alerts !== undefined && { alerts }),
    defaults,
    providers: rest.providers === undefined ? null : fundedProvidersAt(rest.providers, defaults),
  }
}

/** @throws UsageError that names the file and the field */
export async function readConfig(file: string): Promise<FundingConfig> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`)
  })
  try {
    return parseConfig(text)
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error
  }
}

/** The providers to keep funded; there must be at least one. */
export function fundedProvidersIn({ providers }: FundingConfig): readonly FundedProvider[] {
  if (providers) return providers
  throw fieldError('providers', 'it is missing: auto-fund needs a list of them.')
}

/** @param path where the list stands */
export function fundedProvidersAt(list: readonly unknown[], defaults: Terms, listPath = 'providers'): FundedProvider[] {
  const paths = new Map<string, string>()
  return list.map((value, index) => {
    const path = `${listPath}[${index}]`
    const { provider, service = 'inference', ...own } = objectAt(value, path, providerFields)
    if (provider === undefined) throw fieldError(`${path}.provider`, 'it is missing.')
    eitherLevel(own, path)
    const key = keyOf({ provider, serviceType: service })
    const before = paths.get(key)
    if (before !== undefined) throw fieldError(path, `the same provider and service as ${before}.`)
    paths.set(key, path)
    const terms = mergeTerms(defaults, own)
    checkLevels(terms, path)
    return { provider, service, terms }
  })
}

/** Parses JSON without the parser's messages: they quote the text, which may be a key. */
export function jsonIn(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text)
    const twice = duplicateFieldIn(text)
    if (twice !== null) throw fieldError(twice, 'it stands twice, and only one of them would count.')
    return json
  } catch (error) {
    if (error instanceof UsageError) throw error
    const [, position] = /at position (\d+)/.exec(String(error)) ?? []
    const where = position === undefined ? '' : ` from line ${text.slice(0, Number(position)).split('\n').length} on`
    throw new UsageError(`This is not JSON${where}; comments and commas at the end are not allowed.`)
  }
}

import { readFile } from 'node:fs/promises'
import { keyOf } from '../../base/sub-account-key.ts'
import { toPolicy } from '../../index.ts'
import type { Broker, Budget, NetworkConfig, NetworkName, ServiceType } from '../../index.ts'
import * as check from './fields.ts'
import { checkLevels, eitherLevel, mergeTerms, termsAt, termsFields, type Terms } from './terms.ts'
import { secretIn } from './secrets.ts'
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
  defaults: Terms
  /** Each with its own terms, and the defaults for the rest; null where the file names no provider. */
  providers: readonly FundedProvider[] | null
}

const NAMES = ['mainnet', 'testnet', 'testnetDev'] as const satisfies readonly NetworkName[]
const SERVICES = ['inference', 'fine-tuning'] as const satisfies readonly ServiceType[]

const networkFields = {
  chainId: (value: unknown, path: string): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    throw check.fieldError(path, 'the id of a chain is a whole number from 1 up.')
  },
  ledger: check.address,
  inference: check.address,
  fineTuning: check.address,
  multicall3: check.address,
  // The URL of a node service often holds a key.
  rpcUrl: (_: unknown, path: string): never => {
    throw check.fieldError(
      path,
      'a URL may hold a key, and keys never stand in this file: use OG_RPC_URL or --rpc-url.',
    )
  },
}

/**
 * Reads a config. Every field is checked before anything is done.
 *
 * @throws UsageError that names the field
 */
export function parseConfig(text: string): FundingConfig {
  const json = jsonIn(text)
  const secret = secretIn(json)
  if (secret !== null)
    throw check.fieldError(
      secret,
      'this looks like a key, and keys never stand in this file: use PRIVATE_KEY or --keystore.',
    )
  const { network, intervalMs, budget, autoClaim, ...rest } = check.objectAt(json, '', {
    network: networkAt,
    intervalMs: check.milliseconds('intervalMs', 100),
    budget: check.budget,
    autoClaim: check.yesOrNo,
    defaults: termsAt,
    providers: listAt,
  })
  const defaults = rest.defaults ?? {}
  return {
    ...(network !== undefined && { network }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(budget !== undefined && { budget }),
    ...(autoClaim !== undefined && { autoClaim }),
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
  throw check.fieldError('providers', 'it is missing: auto-fund needs a list of them.')
}

/**
 * Checks providers and terms against the deployment.
 *
 * @param nameOf what stands before a field's name in messages
 * @throws UsageError that names the field
 */
export function checkOnDeployment(
  { wallet, rules, minLockedBalance }: Pick<Broker, 'wallet' | 'rules' | 'minLockedBalance'>,
  funded: readonly FundedProvider[],
  nameOf = (index: number): string => `providers[${index}].`,
): void {
  for (const [index, { provider, service, terms }] of funded.entries()) {
    const name = nameOf(index)
    if (rules.serviceNames[service] === undefined)
      throw check.fieldError(`${name}service`, `there is no ${service} here.`)
    if (provider === wallet && service === 'inference')
      throw check.fieldError(`${name}provider`, 'a wallet cannot be its own provider.')
    const { target, ...others } = terms
    const { levels } = toPolicy(others, minLockedBalance)
    // Each field is valid by now; only whether the target lies above the trigger depends on the deployment.
    if (target !== undefined && check.refusalOf(terms, minLockedBalance))
      throw check.fieldError(
        `${name}target`,
        `${String(target)} OG lies below the trigger: ${levels.bufferMultiplier} × the minimum.`,
      )
  }
}

function networkAt(value: unknown, path: string): NetworkName | NetworkConfig {
  if (typeof value !== 'object') return check.oneOf(NAMES)(value, path)
  const read = check.objectAt(value, path, networkFields)
  const { chainId, ledger, inference, ...others } = read
  if (chainId === undefined || ledger === undefined || inference === undefined)
    throw check.fieldError(path, 'a deployment of your own needs chainId, ledger and inference.')
  return { chainId, ledger, inference, ...others }
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value as unknown[]
  throw check.fieldError(
    path,
    `a list of at least one provider; this is ${Array.isArray(value) ? 'empty' : check.kindOf(value)}.`,
  )
}

function fundedProvidersAt(list: readonly unknown[], defaults: Terms): FundedProvider[] {
  const paths = new Map<string, string>()
  return list.map((value, index) => {
    const path = `providers[${index}]`
    const {
      provider,
      service = 'inference',
      ...own
    } = check.objectAt(value, path, {
      provider: check.address,
      service: check.oneOf(SERVICES),
      ...termsFields,
    })
    if (provider === undefined) throw check.fieldError(`${path}.provider`, 'it is missing.')
    eitherLevel(own, path)
    const key = keyOf({ provider, serviceType: service })
    const before = paths.get(key)
    if (before !== undefined) throw check.fieldError(path, `the same provider and service as ${before}.`)
    paths.set(key, path)
    const terms = mergeTerms(defaults, own)
    checkLevels(terms, path)
    return { provider, service, terms }
  })
}

/** Parses JSON without the parser's messages: they quote the text, which may be a key. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? []
    const where = position === undefined ? '' : ` from line ${text.slice(0, Number(position)).split('\n').length} on`
    throw new UsageError(`This is not JSON${where}; comments and commas at the end are not allowed.`)
  }
}

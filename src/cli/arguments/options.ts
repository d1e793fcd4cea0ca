import type { ArgsDef } from 'citty'
import type { NetworkName } from '../../index.ts'

export const NETWORK_NAMES = ['mainnet', 'testnet', 'testnetDev'] as const satisfies readonly NetworkName[]

/** The deployment, and the node that serves it. */
export const networkOptions = {
  network: {
    type: 'string',
    valueHint: 'name',
    description: 'mainnet, testnet or testnetDev (or env OG_NETWORK); by the chain of --rpc-url where left out',
  },
  'rpc-url': { type: 'string', valueHint: 'url', description: "the node (or env OG_RPC_URL); else the network's own" },
  'chain-id': {
    type: 'string',
    valueHint: 'id',
    description: 'with --ledger and --inference: a deployment of your own',
  },
  ledger: { type: 'string', valueHint: 'address', description: 'LedgerManager of that deployment' },
  inference: { type: 'string', valueHint: 'address', description: 'InferenceServing of that deployment' },
  'fine-tuning': { type: 'string', valueHint: 'address', description: 'FineTuningServing of that deployment, if any' },
} as const satisfies ArgsDef

export const keyOptions = {
  keystore: {
    type: 'string',
    valueHint: 'file',
    description: 'encrypted key (password: env KEYSTORE_PASSWORD, or asked for); else env PRIVATE_KEY',
  },
} as const satisfies ArgsDef

/** The key of a wallet that deposits for another one. */
export const treasuryOption = {
  'treasury-keystore': {
    type: 'string',
    valueHint: 'file',
    description:
      'deposits from this key (env TREASURY_KEYSTORE_PASSWORD); else env TREASURY_PRIVATE_KEY, else the wallet',
  },
} as const satisfies ArgsDef

export const OUTPUT_FORMATS = ['table', 'json'] as const

/** How results are printed. */
export const outputOptions = {
  format: {
    type: 'string',
    valueHint: 'format',
    description: 'table, or json: one object per line, amounts as strings in wei; json where no terminal shows it',
  },
  json: { type: 'boolean', description: 'the same as --format json' },
} as const satisfies ArgsDef

export type OutputArguments = { format?: string | undefined; json?: boolean | undefined }

export const recordOption = {
  record: {
    type: 'string',
    valueHint: 'file',
    description: 'appends every position to it, for replay, and every event between them, for the page',
  },
} as const satisfies ArgsDef

/** Commands that only look. */
export const readingOptions = {
  ...networkOptions,
  address: { type: 'string', valueHint: 'address', description: 'the wallet to look at; else that of the key' },
  ...keyOptions,
  ...outputOptions,
} as const satisfies ArgsDef

/** Commands that send transactions. */
export const sendingOptions = {
  ...networkOptions,
  ...keyOptions,
  ...outputOptions,
  yes: { type: 'boolean', description: 'do it without asking' },
} as const satisfies ArgsDef

export const amountArgument = {
  type: 'positional',
  required: true,
  description: 'in OG, in decimal: 1.5',
} as const satisfies ArgsDef[string]

/** Of commands that pay a provider. */
export const forceOption = {
  force: { type: 'boolean', description: 'pays also an address that does not offer the service' },
} as const satisfies ArgsDef

export const providerArgument = {
  type: 'positional',
  required: true,
  description: "the provider's address",
} as const satisfies ArgsDef[string]

export const serviceArgument = {
  type: 'positional',
  required: true,
  description: 'inference or fine-tuning',
} as const satisfies ArgsDef[string]

export type NetworkArguments = {
  [Name in keyof typeof networkOptions]?: string | undefined
}
export type ReadingArguments = NetworkArguments &
  OutputArguments & {
    address?: string | undefined
    keystore?: string | undefined
  }
export type SendingArguments = NetworkArguments &
  OutputArguments & {
    keystore?: string | undefined
    yes?: boolean | undefined
  }

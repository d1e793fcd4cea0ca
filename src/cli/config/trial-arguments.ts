import type { ArgsDef } from 'citty'
import type { FundingTrial, ReclaimIdle } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { depositOptions, depositTermsIn, firstDepositOption, type DepositTerms } from './deposit-terms.ts'
import { fundedProvidersIn, readConfig, type FundingConfig } from './file.ts'
import { idlenessOf, idlenessOptions } from './terms-options.ts'

/** Options of commands that look: what auto-funding would do by a config file, or with deposits and idle money of the options. */
export const trialOptions = {
  config: {
    type: 'string',
    valueHint: 'file',
    description: 'what auto-fund would do with this file, for the providers that it names',
  },
  ...depositOptions,
  ...idlenessOptions,
} as const satisfies ArgsDef

export type TrialArguments = { [Name in keyof typeof trialOptions]?: string | undefined }

/** What a command that looks plans for. */
export type TrialTerms = {
  funding?: readonly FundingTrial[] | undefined
  deposit?: DepositTerms | undefined
  reclaimIdle?: ReclaimIdle | undefined
  /** What of the file is about the broker. */
  broker: Pick<FundingConfig, 'network' | 'intervalMs' | 'budget'>
  /** The file says where alerts go. */
  hasAlerts?: boolean
}

/** @throws UsageError that names the option, or the file and the field */
export async function trialTermsIn(args: TrialArguments): Promise<TrialTerms> {
  const { config: file } = args
  if (file === undefined) return { deposit: depositTermsIn(args), reclaimIdle: idlenessOf(args), broker: {} }
  const given =
    firstDepositOption(args) ??
    (Object.keys(idlenessOptions) as (keyof typeof idlenessOptions)[]).find((name) => args[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} belongs into the file when there is a --config.`)
  const config = await readConfig(file)
  const { network, intervalMs, budget, autoDeposit } = config
  return {
    funding: fundedProvidersIn(config).map(({ provider, service, terms }) => ({
      provider,
      serviceType: service,
      config: terms,
    })),
    deposit: autoDeposit,
    hasAlerts: config.alerts !== undefined,
    broker: {
      ...(network !== undefined && { network }),
      ...(intervalMs !== undefined && { intervalMs }),
      ...(budget && { budget }),
    },
  }
}

import { UsageError } from '../arguments/usage-error.ts'
import { addressOf } from '../session/connection.ts'
import { serviceTypeOf } from '../session/services.ts'
import { depositTermsIn, firstDepositOption } from './deposit-terms.ts'
import { readConfig, type FundingConfig } from './file.ts'
import { budgetOf, firstTermsOption, termsIn } from './terms-options.ts'

export type FundingArguments = Parameters<typeof termsIn>[0] &
  Parameters<typeof depositTermsIn>[0] & {
    /** The providers. */
    _: readonly string[]
    config?: string | undefined
    service?: string | undefined
    'total-budget'?: string | undefined
  }

/**
 * The config of `auto-fund`: from the file of --config, or else from the options.
 *
 * @throws UsageError that names the option, or the file and the field
 */
export async function fundingConfigIn(args: FundingArguments): Promise<FundingConfig> {
  return args.config === undefined ? configOf(args) : configIn(args.config, args)
}

/** A config for the providers of the command line: all have the same terms. */
function configOf(args: FundingArguments): FundingConfig {
  const { _: named, 'total-budget': total } = args
  if (named.length === 0) throw new UsageError('PROVIDER is missing; or name a file with --config.')
  const providers = [...new Set(named.map((one) => addressOf(one, 'PROVIDER')))]
  const service = serviceTypeOf(args.service ?? 'inference')
  const terms = termsIn(args)
  const autoDeposit = depositTermsIn(args)
  return {
    ...(autoDeposit && { autoDeposit }),
    ...(total !== undefined && { budget: budgetOf(total, '--total-budget') }),
    defaults: terms,
    providers: providers.map((provider) => ({ provider, service, terms })),
  }
}

/** Reads the config file. Options for what stands in it are refused: they would be lost when SIGHUP reads the file again. */
async function configIn(file: string, args: FundingArguments): Promise<FundingConfig> {
  if (args._.length > 0) throw new UsageError('Either PROVIDER or --config, not both.')
  const given =
    (['service', 'total-budget'] as const).find((name) => args[name] !== undefined) ??
    firstTermsOption(args) ??
    firstDepositOption(args)
  if (given !== undefined) throw new UsageError(`--${given} belongs into the file when there is a --config.`)
  return readConfig(file)
}

import { toWei } from '../base/amounts.ts'
import { describeValue } from '../base/describe-value.ts'
import { chainOptionNames } from './chain-options.ts'
import { check, checkBoolean, checkNames, checkWhole } from './checks.ts'
import type { SimulatedBrokerOptions } from './simulation.types.ts'

const { inference, fineTuning, ...deploymentNames } = chainOptionNames
const providerNames = { inference, fineTuning }

const names: Readonly<Record<keyof SimulatedBrokerOptions, true>> = {
  ...deploymentNames,
  wallets: true,
  funds: true,
  providers: true,
  automine: true,
  pushesBlocks: true,
  broker: true,
}

const brokerNames: Readonly<Record<keyof NonNullable<SimulatedBrokerOptions['broker']>, true>> = {
  intervalMs: true,
  maxFeePerGas: true,
  signerTimeoutMs: true,
  budget: true,
  autoClaim: true,
  logger: true,
  tracer: true,
  inspect: true,
}

/**
 * Checks the options of a simulated broker and fills in the defaults.
 *
 * @throws InvalidInputError for an impossible option
 * @throws TypeError for an amount that is a number
 */
export function toSetup(options: SimulatedBrokerOptions) {
  checkNames('a simulated broker', options, names)
  const { wallets = 1, funds = '1000', providers = 1, automine = true, pushesBlocks = false, broker, ...rest } = options
  checkWhole('wallets', wallets, { least: 1 })
  checkBoolean('automine', automine)
  checkBoolean('pushesBlocks', pushesBlocks)
  checkProviders(providers)
  if (broker !== undefined) checkNames("a simulation's brokers", broker, brokerNames)
  const offers = typeof providers === 'number' ? { inference: providers } : { inference: 0, ...providers }
  return { wallets, funds: toWei(funds, 'funds'), automine, pushesBlocks, broker, deployment: { ...rest, ...offers } }
}

function checkProviders(providers: unknown): void {
  if (typeof providers === 'number') return checkWhole('providers', providers, { least: 0 })
  check(typeof providers === 'object' && providers !== null, 'providers is the number of providers.', {
    providers: describeValue(providers),
    expected: 'a whole number from 0 up, or a number for each service: { inference: 1, fineTuning: 1 }',
  })
  checkNames('providers', providers, providerNames)
}

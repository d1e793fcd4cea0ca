import type { Broker, Endpoint, EndpointOptions } from '../../index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { fundedProvidersIn, type FundingConfig } from '../config/file.ts'
import type { Terms } from '../config/terms.ts'
import { requestHoldInWords } from '../screen/serve-words.ts'
import { note, printJson } from '../screen/terminal.ts'
import { interrupted } from '../session/interrupt.ts'

export function endpointOptions(
  { maxTopUp, budget, onPendingRefund }: Terms,
  { firstSightMs, json }: { firstSightMs: number | undefined; json: boolean },
): EndpointOptions {
  return {
    ...(firstSightMs !== undefined && { firstSightMs }),
    ...(maxTopUp !== undefined && { maxTopUp }),
    ...(budget && { budget }),
    ...(onPendingRefund && { onPendingRefund }),
    onHold: (hold) => {
      if (json) printJson({ type: 'hold', provider: hold.provider, reason: hold.reason, required: hold.required })
      else note(requestHoldInWords(hold))
    },
    signal: interrupted,
  }
}

/** The endpoints of the named providers, or of all that have a sub-account and offer a service. */
export async function endpointsOf(
  broker: Broker,
  config: FundingConfig,
  optionsOf: (terms: Terms) => EndpointOptions,
): Promise<Endpoint[]> {
  if (config.providers) {
    const named = fundedProvidersIn(config).filter(({ service }) => service === 'inference')
    if (named.length === 0) throw new UsageError('The file names no inference provider: there is nothing to serve.')
    return Promise.all(named.map(({ provider, terms }) => broker.inference.endpoint(provider, optionsOf(terms))))
  }
  const { subAccounts } = await broker.position()
  const providers = subAccounts.filter(({ serviceType }) => serviceType === 'inference').map(({ provider }) => provider)
  const options = optionsOf(config.defaults)
  const opened = await Promise.allSettled(providers.map((provider) => broker.inference.endpoint(provider, options)))
  const endpoints = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  for (const [index, one] of opened.entries())
    if (one.status === 'rejected') note(`${providers[index]} is not served: ${(one.reason as Error).message}`)
  if (endpoints.length > 0) return endpoints
  throw new UsageError(
    'No provider with a sub-account can be served: name one, of those that og-ledger providers --all lists.',
  )
}

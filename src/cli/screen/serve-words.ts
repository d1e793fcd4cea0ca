import type { Broker, Endpoint, EndpointCounts, EndpointHold } from '../../index.ts'
import { fundedProvidersIn, type FundingConfig } from '../config/file.ts'
import type { Terms } from '../config/terms.ts'
import { fundingWords, limitsInWords } from './funding-words.ts'
import { og, short } from './words.ts'

export type Serving = {
  place: string
  endpoints: readonly Pick<Endpoint, 'provider' | 'model'>[]
  /** The providers, each with its terms. */
  config: FundingConfig
  /** They are kept funded as well. */
  autoFund: boolean
  /** The address of a treasury that deposits; null where the wallet deposits, or nothing is deposited. */
  payer: string | null
}

/** What the user is asked to agree to: which models are served, and what their rejected requests may cost. */
export function serveWords(broker: Broker, { place, endpoints, config, autoFund, payer }: Serving): [string, string][] {
  const served = fundedProvidersIn(config).filter(({ provider }) => endpoints.some((one) => one.provider === provider))
  const limits = served.map(({ provider, terms }) => ({ provider, words: requestLimits(terms) }))
  const isAlike = new Set(limits.map(({ words }) => words.join())).size <= 1
  const serves: [string, string][] = [
    ['serve', endpoints.map(({ model, provider }) => `${model} of ${provider}`).join(', ')],
    ['fund', [FUNDS, ...(isAlike ? (limits[0]?.words ?? []) : [])].join(', ')],
    ...(isAlike
      ? []
      : limits.map(({ provider, words }): [string, string] => [`for ${short(provider)}`, inWords(words)])),
  ]
  if (autoFund) return [...serves, ...fundingWords(broker, config, { place, payer })]
  const total = config.budget ? [['all together', limitsInWords({ budget: config.budget }).join()]] : []
  return [
    ...serves,
    ...(total as [string, string][]),
    ['from', 'the ledger'],
    ['wallet', broker.wallet],
    ['network', place],
  ]
}

const FUNDS = 'whatever a provider rejects for lack of funds, and send it once more'

/** The terms that a rejected request obeys. */
const requestLimits = ({ maxTopUp, budget, onPendingRefund }: Terms): string[] =>
  limitsInWords({
    ...(maxTopUp !== undefined && { maxTopUp }),
    ...(budget && { budget }),
    ...(onPendingRefund && { onPendingRefund }),
  })

const inWords = (limits: readonly string[]): string => (limits.length === 0 ? 'no limit' : limits.join(', '))

export function requestHoldInWords({ provider, reason, required, error }: EndpointHold): string {
  const amount = required === null ? '' : ` for ${og(required)}`
  const cause = error === null ? '' : `: ${error.message.split('\n', 1)[0] ?? ''}`
  return `A request to ${short(provider)} was rejected${amount}, and is not funded (${reason})${cause}`
}

/** What an endpoint has counted, at its end. */
export function servedInWords({ requests, rejected, answered, paid }: EndpointCounts): string {
  const all = requests === 1 ? '1 request' : `${requests} requests`
  if (rejected === 0) return `${all}.`
  return `${all}; rejected for lack of funds: ${rejected}, answered after ${og(paid)}: ${answered}.`
}

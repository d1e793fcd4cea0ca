import { abortable } from './base/abortable.ts'
import type { InferenceService, Market, MarketPage } from './chain/market.types.ts'
import { pageOf, type MarketOptions } from './chain/market-options.ts'
import { ServiceManager, type ServiceManagerOptions } from './service-manager.ts'

export type InferenceManagerOptions = ServiceManagerOptions & { market: Pick<Market, 'inference'> }

/** Auto-funding and acknowledgement for inference, and the market of its providers. */
export class InferenceManager extends ServiceManager {
  readonly #options: InferenceManagerOptions

  constructor(options: InferenceManagerOptions) {
    super(options)
    this.#options = options
  }

  /**
   * Lists the services of all inference providers, a page at a time, in the contract's order. A provider that leaves
   * changes that order: the last one takes its place.
   *
   * @returns the page, and how many services there are in all; prices are in wei per token
   * @throws InvalidInputError for an impossible page, ReadError, AbortedError, CapabilityMissingError on an older deployment
   */
  async services(options: MarketOptions = {}): Promise<MarketPage<InferenceService>> {
    const page = pageOf('inference.services', options)
    return abortable(this.#options.market.inference(page), options.signal)
  }
}

import { abortable } from '../base/abortable.ts'
import type { FineTuningService, Market, MarketPage } from '../chain/market.types.ts'
import { pageOf, type MarketOptions } from '../chain/market-options.ts'
import { ServiceManager, type ServiceManagerOptions } from './service-manager.ts'

export type FineTuningManagerOptions = ServiceManagerOptions & { market: Pick<Market, 'fineTuning'> }

/** Auto-funding and acknowledgement for fine-tuning, and the market of its providers. */
export class FineTuningManager extends ServiceManager {
  readonly #options: FineTuningManagerOptions

  constructor(options: FineTuningManagerOptions) {
    super(options)
    this.#options = options
  }

  /**
   * Lists the services of all fine-tuning providers, a page at a time, in the contract's order.
   *
   * @returns the page, and how many services there are in all; prices are in wei per token
   * @throws InvalidInputError for an impossible page, ReadError, AbortedError, CapabilityMissingError on an older
   *   deployment, ContractError where the network has no fine-tuning
   */
  async services(options: MarketOptions = {}): Promise<MarketPage<FineTuningService>> {
    const page = pageOf('fineTuning.services', options)
    return abortable(this.#options.market.fineTuning(page), options.signal)
  }
}

import { abortable } from '../base/abortable.ts'
import type { Lazy } from '../base/lazy.ts'
import { toAddress } from '../chain/address.ts'
import type { InferenceService, Market, MarketPage } from '../chain/market.types.ts'
import { pageOf, type MarketOptions } from '../chain/market-options.ts'
import type { TokenState } from '../chain/tokens.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { checkReading, checkSending, type ReadingOptions } from './call-options.ts'
import type { InferenceCalls } from './calls.ts'
import type { EndpointCalls } from './endpoint-calls.ts'
import type { EndpointOptions } from './endpoint-options.ts'
import type { Endpoint, EndpointCounts } from '../provider/endpoint.types.ts'
import { ServiceManager, type ServiceManagerOptions } from './service-manager.ts'
import { checkedId } from './token-id.ts'

export type InferenceManagerOptions = Omit<ServiceManagerOptions, 'calls'> & {
  market: Pick<Market, 'inference'>
  readToken: (provider: string, tokenId: number, blockNumber: number) => Promise<TokenState>
  /** Without a signer its use throws, as does that of `endpoints`. */
  calls: Lazy<InferenceCalls>
  endpoints: Lazy<EndpointCalls>
}

/** Auto-funding and acknowledgement for inference, the market of its providers, and API tokens. */
export class InferenceManager extends ServiceManager {
  readonly #options: InferenceManagerOptions

  constructor(options: InferenceManagerOptions) {
    super(options)
    this.#options = options
  }

  /**
   * Opens the provider's OpenAI-compatible endpoint: an address, a model, and a `fetch` that signs the wallet in and funds what
   * the provider rejects, within the limits. It needs no auto-funding, and goes well with it.
   *
   * A rejected request is sent once more, at most, when its sub-account is filled up to what the provider demands (to
   * auto-funding's trigger, where the limits allow it). Requests that are rejected together wait for one payment. A first
   * sub-account is seen by the provider only after `firstSightMs`. Where the broker holds, the request gets the
   * provider's own response.
   *
   * @example
   * const { baseURL, model, fetch } = await broker.inference.endpoint(provider, { maxTopUp: '5' })
   * const openai = new OpenAI({ baseURL, apiKey: '0g', fetch })
   *
   * @throws InvalidInputError for options that cannot work and for a wallet that asks a person for each signature,
   *   ReadOnlyError without a signer, ServiceNotOfferedError, ReadError, AbortedError; ProviderUrlError for a URL that gets
   *   no token
   */
  async endpoint(provider: string, options: EndpointOptions = {}): Promise<Endpoint> {
    return abortable(this.#options.endpoints.part.open(provider, options), options.signal)
  }

  /** What the endpoints of each provider have counted since the broker was opened. */
  endpointCounts(): (EndpointCounts & { provider: string })[] {
    return this.#options.endpoints.made?.counts() ?? []
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

  /**
   * Revokes one of the wallet's API tokens with a provider. It stays revoked until the ledger is deleted: a sub-account that
   * is opened anew has no revoked ids, unless `revokeAllTokens` raised the generation before.
   *
   * @param tokenId from 0 to 254
   * @throws InvalidInputError for an impossible id, AccountNotExistsError without a sub-account, CapabilityMissingError on
   *   an older deployment
   */
  async revokeToken(provider: string, tokenId: number, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('revokeToken', options)
    return this.#options.calls.part.tokens.revoke(provider, tokenId, options)
  }

  /** Revokes several in one transaction; see `revokeToken`. */
  async revokeTokens(provider: string, tokenIds: readonly number[], options: SendingOptions = {}): Promise<Receipt> {
    checkSending('revokeTokens', options)
    return this.#options.calls.part.tokens.revokeSome(provider, tokenIds, options)
  }

  /**
   * Revokes all of the wallet's API tokens with a provider, ephemeral ones too, by raising their generation. Ids that were
   * revoked one by one are free again, for tokens of the new generation.
   *
   * @throws AccountNotExistsError without a sub-account, CapabilityMissingError on an older deployment
   */
  async revokeAllTokens(provider: string, options: SendingOptions = {}): Promise<Receipt> {
    checkSending('revokeAllTokens', options)
    return this.#options.calls.part.tokens.revokeAll(provider, options)
  }

  /**
   * Whether an API token was revoked by its id. One of an older generation than the present is refused as well: see
   * `generation`.
   *
   * @param tokenId from 0 to 254
   * @throws InvalidInputError for an impossible id, AccountNotExistsError without a sub-account, ReadError,
   *   CapabilityMissingError on an older deployment
   */
  async tokenRevoked(provider: string, tokenId: number, options: ReadingOptions = {}): Promise<boolean> {
    checkReading('tokenRevoked', options)
    return (await this.#token(provider, tokenId, options.signal)).revoked
  }

  /**
   * The generation that the wallet's API tokens with a provider need; it rises with `revokeAllTokens`, and outlives the
   * sub-account.
   *
   * @throws AccountNotExistsError without a sub-account, ReadError, CapabilityMissingError on an older deployment
   */
  async generation(provider: string, options: ReadingOptions = {}): Promise<number> {
    checkReading('generation', options)
    return (await this.#token(provider, 0, options.signal)).generation
  }

  /** At the block of a reading: it is never older than the wallet's own last receipt. */
  async #token(provider: string, tokenId: number, signal: AbortSignal | undefined): Promise<TokenState> {
    const address = toAddress(provider, 'provider')
    const id = checkedId(tokenId)
    const { block } = await this.#options.read(signal)
    return abortable(this.#options.readToken(address, id, block.number), signal)
  }
}

/** The services from number `offset` on, at most `limit` of them: the contracts take up to 50. */
export type Page = { offset: number; limit: number }

/** A page of services, and how many there are in all. */
export type MarketPage<Service> = { services: Service[]; total: number }

/**
 * An inference provider's service, as the contract has it. Its texts are the provider's own and unchecked; they come on one
 * line, without control characters.
 */
export type InferenceService = {
  /** The provider's address. */
  provider: string
  model: string
  /** What the model is for, such as `chatbot` or `text-to-image`. */
  kind: string
  url: string
  /** Wei per input token. */
  inputPrice: bigint
  /** Wei per output token. */
  outputPrice: bigint
  /** How the provider proves its work, such as `TeeML`; empty for one that does not. */
  verifiability: string
  /** Whether the owner of the contracts accepts the provider's signer. Without that it can settle nothing. */
  accepted: boolean
  /** When the provider last changed the service, in seconds of block time. */
  updatedAt: number
}

/** A fine-tuning provider's service, as the contract has it. Its texts and numbers are the provider's own and unchecked. */
export type FineTuningService = {
  /** The provider's address. */
  provider: string
  /** The models that it tunes. */
  models: string[]
  url: string
  quota: Quota
  /** Wei per token. */
  pricePerToken: bigint
  /** The provider works on a task and takes no other. */
  occupied: boolean
  /** Whether the owner of the contracts accepts the provider's signer. Without that it can settle nothing. */
  accepted: boolean
}

/** The machine of a fine-tuning provider; memory and storage in GB by convention. */
export type Quota = { cpuCount: number; nodeMemory: number; gpuCount: number; nodeStorage: number; gpuType: string }

/** Every provider's service, a page at a time. Rejects with ReadError, and CapabilityMissingError on older contracts. */
export type Market = {
  inference(page: Page): Promise<MarketPage<InferenceService>>
  /** Rejects with ContractError where the network has no fine-tuning. */
  fineTuning(page: Page): Promise<MarketPage<FineTuningService>>
}

/** A participant: an index, or a special address. */
export type ProviderRef = number | 'self' | 'other' | 'zero' | 'stranger'
export type ServiceRef = 'inference' | 'fineTuning'

/** A service's type and version: registered from the start, registered by a history, or never. */
export type ServiceNameRef = 'first' | 'second' | 'third' | 'other type' | 'no type' | 'no version'
/** An address for the registry: an unlinked service contract, a registered one, or one that is no service. */
export type RegisteredRef = 0 | 1 | 'inference' | 'ledger' | 'user' | 'zero'

/** An amount relative to the state in which it is used, so that it keeps its meaning in a shortened history. */
export type Amount = {
  of:
    | 'zero'
    | 'minLedger'
    | 'minTransfer'
    | 'available'
    | 'aboveMin'
    | 'total'
    | 'balance'
    | 'free'
    | 'pending'
    | 'newest'
    | 'oldest'
    | 'some'
  /** Wei to add; thousandths of an OG where `of` is `some`. */
  plus: number
}

/** The time of the block: seconds after the one before, or relative to the next unlock of a refund. */
export type When = { after: number } | { unlock: number }

/** What is wrong with the bytes of a signature: too short, v of 0 or 1, or the other s that fits the same key. */
export type Spoil = 'nothing' | 'short' | 'low v' | 'high s'

export type SettlementItem = {
  user: number
  fee: Amount
  nonce: 'next' | 'same' | 'zero'
  signer: 'own' | 'other' | 'none'
  spoil: Spoil
  provider: 'own' | 'other'
}

/** One step of a participant. Each is one transaction, except for `openMany` and `work`. */
export type Step = { when: When } & (
  | { do: 'addLedger'; wallet: number; value: Amount; info: number }
  | { do: 'depositFund'; wallet: number; value: Amount }
  | { do: 'depositFundFor'; wallet: number; to: number | 'zero'; value: Amount }
  | { do: 'updateAdditionalInfo'; wallet: number; info: number }
  | { do: 'refund'; wallet: number; amount: Amount }
  | { do: 'deleteLedger'; wallet: number }
  | {
      do: 'transferFund'
      wallet: number
      service: ServiceRef | 'none' | 'second'
      provider: ProviderRef
      amount: Amount
    }
  | { do: 'retrieveFund'; wallet: number; service: ServiceRef | 'none' | 'second'; providers: readonly ProviderRef[] }
  | { do: 'acknowledgeTEESigner'; wallet: number; service: ServiceRef; provider: ProviderRef; value: boolean }
  | { do: 'revokeTokens'; wallet: number; provider: ProviderRef; tokens: readonly number[] }
  | { do: 'revokeToken'; wallet: number; provider: ProviderRef; token: number }
  | { do: 'revokeAllTokens'; wallet: number; provider: ProviderRef }
  | { do: 'settle'; provider: number; items: readonly SettlementItem[] }
  | { do: 'addDeliverable'; provider: number; user: number; id: number }
  | { do: 'acknowledgeDeliverable'; wallet: number; provider: number; id: number }
  | { do: 'settleTask'; provider: number; item: SettlementItem; id: number; secret: boolean; hash: 'same' | 'other' }
  /** Fine-tuning: delivered, acknowledged or not, and paid, several times in a row. */
  | { do: 'work'; provider: number; user: number; fee: Amount; times: number; acknowledged: boolean }
  | { do: 'updateLockTime'; service: ServiceRef; seconds: number; byOwner: boolean }
  | { do: 'acceptSigner'; service: ServiceRef; provider: number; value: boolean; byOwner: boolean }
  | { do: 'updatePenalty'; percentage: number; byOwner: boolean }
  | {
      do: 'offer'
      service: ServiceRef
      provider: number
      change: 'nothing' | 'url' | 'signer' | 'model' | 'info'
      stake: 'right' | 'less' | 'none'
    }
  | { do: 'removeService'; service: ServiceRef; provider: number }
  | { do: 'registerService'; name: ServiceNameRef; contract: RegisteredRef; byOwner: boolean }
  | { do: 'setRecommendedService'; name: ServiceNameRef; byOwner: boolean }
  | { do: 'transferOwnership'; contract: ServiceRef | 'ledger'; to: 'owner' | 'zero' | 'user'; byOwner: boolean }
  /** A new sub-account with each of several strangers. */
  | { do: 'openMany'; wallet: number; service: ServiceRef; count: number; from: number }
  /** A call that no wallet can make, or not in this way. */
  | { do: 'nonsense'; wallet: number; what: Nonsense }
  /** A view with arguments of its own. */
  | { do: 'look'; what: Look; offset: number; limit: number; wallet: number }
)

export const NONSENSE = [
  'plain ledger',
  'plain inference',
  'plain fineTuning',
  'spendFund',
  'value with refund',
  'value with acknowledgement',
  'addAccount inference',
  'addAccount fineTuning',
  'depositFund inference',
  'processRefund inference',
  'requestRefundAll fineTuning',
  'deleteAccount inference',
  'deleteAccount fineTuning',
  'no settlements',
  'too many settlements',
  'empty deliverable',
  'long deliverable',
  'initialize ledger',
  'initialize inference',
  'initialize fineTuning',
  'renounce inference',
  'renounce ledger',
] as const
export type Nonsense = (typeof NONSENSE)[number]

export const LOOKS = [
  'getAllLedgers',
  'getAllAccounts inference',
  'getAllAccounts fineTuning',
  'getAccountsByUser inference',
  'getAccountsByUser fineTuning',
  'getAllServices',
  'getBatchAccountsByUsers inference',
  'getBatchAccountsByUsers fineTuning',
  'getLedgerProviders',
  'getDeliverable',
  'no preview',
  'supportsInterface inference',
  'supportsInterface fineTuning',
  'initialized',
] as const
export type Look = (typeof LOOKS)[number]

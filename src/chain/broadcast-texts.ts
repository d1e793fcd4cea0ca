/**
 * What a node's answer to a broadcast means for these signed bytes:
 *
 * - `arrived`: the node has them, or had them before.
 * - `passing`: the node refuses them now and may take them later (fee, pool space, a nonce below is missing).
 * - `final`: no node takes these bytes as long as the wallet's balance and the chain's rules stay as they are.
 * - `unknown`: the answer says nothing that is known; they may have arrived.
 */
export type BroadcastGrade = 'arrived' | 'passing' | 'final' | 'unknown'

/** Why a node refused; `none` where it took the bytes. */
export type BroadcastReason =
  | 'none'
  | 'already-known'
  | 'nonce-spent'
  | 'nonce-gap'
  | 'fee-too-low'
  | 'replacement-underpriced'
  | 'pool-full'
  | 'delegated-limit'
  | 'syncing'
  | 'insufficient-funds'
  | 'fee-cap'
  | 'gas-limit'
  | 'chain-id'
  | 'sender'
  | 'not-allowed'
  | 'malformed'
  | 'unknown'

/** What the texts of nodes that match one of these say about a broadcast. */
export type BroadcastText = { grade: BroadcastGrade; reason: BroadcastReason; texts: readonly RegExp[] }

/**
 * The texts of geth, reth, Erigon, Besu, Nethermind, anvil and of Cosmos chains with an EVM. The first row that matches
 * counts: special texts stand before general ones, and what is `final` is matched by whole phrases.
 */
export const broadcastTexts: readonly BroadcastText[] = [
  {
    grade: 'arrived',
    reason: 'already-known',
    texts: [
      /already known/i,
      /already imported/i,
      /known transaction/i,
      /already in (the )?(mempool|pool|cache)/i,
      /tx already exists/i,
      /existing tx with same hash/i,
      /AlreadyKnown/,
      /already exists in cache/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'delegated-limit',
    texts: [
      /in-flight transaction limit reached/i,
      /gapped-nonce tx from delegated/i,
      /(address|authority|account) already reserved/i,
      /DelegatorHasPendingTx|PendingTxs?OfConflictingType/i,
      /delegat\w+ .*pending/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'replacement-underpriced',
    texts: [
      /replacement transaction underpriced/i,
      /could not replace existing tx/i,
      /ReplacementNotAllowed/i,
      /REPLACEMENT_UNDERPRICED/,
      /future transaction tries to replace pending/i,
      /replaced by transaction with higher tip/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'nonce-gap',
    texts: [
      /nonce too high/i,
      /NonceGap/i,
      /nonce (is )?too distant/i,
      /lower nonce (invalid transaction )?exists/i,
      /invalid transaction with a lower nonce/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'nonce-spent',
    texts: [
      /nonce too low/i,
      /OldNonce/i,
      /OwnNonceAlreadyUsed/i,
      /NONCE_EXPIRED/,
      /invalid (nonce|sequence)/i,
      /^mined\b/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'fee-too-low',
    texts: [
      /transaction underpriced/i,
      /^underpriced\b/i,
      /fee ?too ?low/i,
      /max ?fee ?per ?gas (is )?(less than|below)/i,
      /fee cap (is )?(less than|below)/i,
      /gas price (is )?(less than|below)/i,
      /below configured minimum gas price/i,
      /tip (cap )?(is )?below/i,
      /provided fee < minimum/i,
      /insufficient fees?\b/i,
      /gas tip cap \d+, minimum needed/i,
    ],
  },
  {
    grade: 'passing',
    reason: 'pool-full',
    texts: [
      /(tx|transaction|mem) ?pool is (already )?full/i,
      /sub-pool is full/i,
      /discarded outright due to pool size/i,
      /account limit exceeded/i,
      /\bspammer\b/i,
    ],
  },
  { grade: 'passing', reason: 'syncing', texts: [/\bsyncing\b/i] },
  {
    grade: 'final',
    reason: 'insufficient-funds',
    texts: [
      /insufficient ?funds/i,
      /upfront cost exceeds account balance/i,
      /INSUFFICIENT_FUNDS/,
      /insufficient balance for (transfer|gas)/i,
    ],
  },
  {
    grade: 'final',
    reason: 'fee-cap',
    texts: [/exceeds the configured cap/i, /transaction fee cap exceeded/i],
  },
  {
    grade: 'final',
    reason: 'gas-limit',
    texts: [
      /intrinsic gas (too (low|high)|exceeds)/i,
      /exceeds (the )?block gas limit/i,
      /gas limit exceeds block/i,
      /^gas limit (reached|is too high)/i,
      /GasLimitExceeded/i,
      /transaction gas limit too high/i,
      /insufficient gas for floor data/i,
      /gas uint64 overflow/i,
      /out of gas: gas required exceeds allowance/i,
    ],
  },
  {
    grade: 'final',
    reason: 'chain-id',
    texts: [/invalid chain ?id/i, /wrong chain ?id/i, /chain ?id mismatch/i, /replay[- ]protected/i],
  },
  {
    grade: 'final',
    reason: 'sender',
    texts: [
      /invalid sender/i,
      /FailedToResolveSender/i,
      /sender (is )?not an eoa/i,
      /SenderIsContract/i,
      /sender account has bytecode/i,
    ],
  },
  {
    grade: 'final',
    reason: 'not-allowed',
    texts: [/sender account not authorized/i, /plugin has marked the transaction as invalid/i],
  },
  {
    grade: 'final',
    reason: 'malformed',
    texts: [
      /max priority fee per gas (higher than|exceeds) max fee/i,
      /tip above fee cap/i,
      /transaction type not supported/i,
      /NotSupportedTxType|TxTypeNotSupported/i,
      /invalid transaction type/i,
      /oversized data|rlp too long|MaxTxSizeExceeded/i,
      /negative value|Int256Overflow/i,
      /initcode (size exceeded|too large)/i,
    ],
  },
]

import { expect, test } from 'vitest'
import { gradeBroadcastError } from '../../../src/chain/broadcast-answer.ts'
import type { BroadcastGrade, BroadcastReason } from '../../../src/chain/broadcast-texts.ts'

const texts: readonly [node: string, text: string, grade: BroadcastGrade, reason: BroadcastReason][] = [
  ['geth', 'already known', 'arrived', 'already-known'],
  ['geth', 'nonce too low: next nonce 5, tx nonce 3', 'passing', 'nonce-spent'],
  ['geth', 'nonce too high: address 0xabc, tx: 9 state: 3', 'passing', 'nonce-gap'],
  [
    'geth',
    'replacement transaction underpriced: new tx gas fee cap 1 <= 2 queued',
    'passing',
    'replacement-underpriced',
  ],
  ['geth', 'transaction underpriced: gas tip cap 1, minimum needed 2000000000', 'passing', 'fee-too-low'],
  ['geth', 'future transaction tries to replace pending', 'passing', 'replacement-underpriced'],
  ['geth', 'txpool is full', 'passing', 'pool-full'],
  ['geth', 'in-flight transaction limit reached for delegated accounts', 'passing', 'delegated-limit'],
  ['geth', 'gapped-nonce tx from delegated accounts', 'passing', 'delegated-limit'],
  [
    'geth',
    'insufficient funds for gas * price + value: balance 1, tx cost 2, overshot 1',
    'final',
    'insufficient-funds',
  ],
  ['geth', 'exceeds block gas limit', 'final', 'gas-limit'],
  ['geth', 'intrinsic gas too low: gas 21000, minimum needed 21512', 'final', 'gas-limit'],
  ['geth', 'transaction gas limit too high (cap: 16777216, tx: 30000000)', 'final', 'gas-limit'],
  ['geth', 'max priority fee per gas higher than max fee per gas: address 0xabc', 'final', 'malformed'],
  ['geth', 'tx fee (1.50 ether) exceeds the configured cap (1.00 ether)', 'final', 'fee-cap'],
  ['geth', 'only replay-protected (EIP-155) transactions allowed over RPC', 'final', 'chain-id'],
  ['geth', 'invalid chain id for signer: have 1 want 16661', 'final', 'chain-id'],
  ['geth', 'transaction type not supported', 'final', 'malformed'],
  ['geth', 'oversized data: transaction size 200000, limit 131072', 'final', 'malformed'],
  ['geth', 'invalid sender', 'final', 'sender'],
  ['reth', 'transaction already imported', 'arrived', 'already-known'],
  ['reth', 'transaction discarded outright due to pool size constraints', 'passing', 'pool-full'],
  ['reth', 'max fee per gas less than block base fee', 'passing', 'fee-too-low'],
  ['Erigon', 'existing tx with same hash', 'arrived', 'already-known'],
  ['Erigon', 'fee too low', 'passing', 'fee-too-low'],
  ['Erigon', 'could not replace existing tx', 'passing', 'replacement-underpriced'],
  ['Erigon', 'pending sub-pool is full', 'passing', 'pool-full'],
  ['Erigon', 'rlp too long', 'final', 'malformed'],
  ['Besu', 'Known transaction', 'arrived', 'already-known'],
  ['Besu', 'Upfront cost exceeds account balance', 'final', 'insufficient-funds'],
  ['Besu', 'Gas price below configured minimum gas price', 'passing', 'fee-too-low'],
  ['Besu', 'Transaction nonce is too distant from current sender nonce', 'passing', 'nonce-gap'],
  ['Besu', 'An invalid transaction with a lower nonce exists', 'passing', 'nonce-gap'],
  ['Besu', 'Transaction gas limit exceeds block gas limit', 'final', 'gas-limit'],
  ['Besu', 'Intrinsic gas exceeds gas limit', 'final', 'gas-limit'],
  ['Besu', 'Wrong chainId', 'final', 'chain-id'],
  ['Besu', 'Sender account not authorized to send transactions', 'final', 'not-allowed'],
  ['Nethermind', 'AlreadyKnown', 'arrived', 'already-known'],
  ['Nethermind', 'OldNonce, Current nonce: 3, nonce of rejected tx: 2.', 'passing', 'nonce-spent'],
  ['Nethermind', 'FeeTooLow, MaxFeePerGas too low.', 'passing', 'fee-too-low'],
  ['Nethermind', 'FeeTooLowToCompete', 'passing', 'fee-too-low'],
  ['Nethermind', 'InsufficientFunds, Account balance: 1, cumulative cost: 2', 'final', 'insufficient-funds'],
  ['Nethermind', 'NonceGap, Future nonce. Expected nonce: 4', 'passing', 'nonce-gap'],
  ['Nethermind', 'SenderIsContract', 'final', 'sender'],
  ['Nethermind', 'GasLimitExceeded, Gas limit: 1', 'final', 'gas-limit'],
  ['anvil', 'Insufficient funds for gas * price + value', 'final', 'insufficient-funds'],
  ['anvil', 'nonce too low', 'passing', 'nonce-spent'],
  ['anvil', 'max fee per gas less than block base fee', 'passing', 'fee-too-low'],
  ['0G (Cosmos)', 'tx already in mempool', 'arrived', 'already-known'],
  ['0G (Cosmos)', 'mempool is full: number of txs 5000', 'passing', 'pool-full'],
  ['0G (Cosmos)', 'invalid nonce; got 5, expected 6: invalid sequence', 'passing', 'nonce-spent'],
  [
    '0G (Cosmos)',
    'provided fee < minimum global fee (1 < 2). Please increase the gas price: insufficient fee',
    'passing',
    'fee-too-low',
  ],
]

test.each(texts)('%s: %s', (_, text, grade, reason) => {
  const answer = gradeBroadcastError({ code: 'UNKNOWN_ERROR', error: { code: -32000, message: text } })
  expect({ grade: answer.grade, reason: answer.reason }).toEqual({ grade, reason })
  expect(answer.message).toContain(text)
})

test.each([
  ['ethers code for a spent nonce', { code: 'NONCE_EXPIRED', message: 'x' }, 'passing', 'nonce-spent'],
  ['ethers code for missing funds', { code: 'INSUFFICIENT_FUNDS', message: 'x' }, 'final', 'insufficient-funds'],
  ['a text that no row knows', new Error('internal error 42'), 'unknown', 'unknown'],
  ['a lost connection', { code: 'ECONNRESET', message: 'socket hang up' }, 'unknown', 'unknown'],
  ['no error object at all', 'busy', 'unknown', 'unknown'],
])('%s', (_, error, grade, reason) => {
  expect(gradeBroadcastError(error)).toMatchObject({ grade, reason })
})

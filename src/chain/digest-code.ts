import { sha256 } from 'ethers'
import type { Block } from '../../machines/position.types.ts'
import type { Outcome } from './batch.ts'
import { assemble, type Step } from './evm-code.ts'
import type { WalletView } from './wallet-views.ts'

const WORD = 32
const ADDRESS = 20
const SELECTOR = 4
/** Address of the precompiled contract that hashes: machines hash by SHA-256 faster than by Keccak. */
const SHA_256 = 2
/** Number and timestamp of the block stand before the digests. */
const HEAD_WORDS = 2

/**
 * EVM code for an `eth_call` without an address. It makes the view calls for each of the wallets, which follow it, and returns the
 * number and the timestamp of its block and, for each wallet, a digest of the outcomes: a wallet whose answers did not change takes
 * 32 bytes instead of some thousand.
 */
export function digestCode(views: readonly WalletView[], wallets: readonly string[]): string {
  const addresses = wallets.map((address) => address.slice(2)).join('')
  return `0x${codeFor(views, wallets.length)}${addresses.toLowerCase()}`
}

/** The code before the wallets, by their number. */
const codes = new WeakMap<readonly WalletView[], Map<number, string>>()

function codeFor(views: readonly WalletView[], count: number): string {
  const known = codes.get(views) ?? new Map<number, string>()
  const code = known.get(count) ?? codeOf(views, count)
  codes.set(views, known.set(count, code))
  return code
}

function codeOf(views: readonly WalletView[], count: number): string {
  const digests = HEAD_WORDS * WORD
  const end = digests + count * WORD
  // The word of the current wallet, the data of a call, and what is hashed stand after the answer.
  const wallet = end
  const input = wallet + WORD
  const hashed = input + Math.max(...views.map(({ data }) => paddedBytes(data)))
  return assemble([
    ...(['NUMBER', 0, 'MSTORE', 'TIMESTAMP', WORD, 'MSTORE'] as const),
    // The stack holds the index of the wallet.
    ...([0, { place: 'next wallet' }, 'JUMPDEST'] as const),
    ...([ADDRESS, 'DUP2', ADDRESS, 'MUL', { push: 'wallets' }, 'ADD', wallet + WORD - ADDRESS, 'CODECOPY'] as const),
    // Above the index it holds the end of what is hashed.
    hashed,
    ...views.flatMap((view) => callSteps(view, { wallet, input })),
    ...([
      WORD,
      'DUP3',
      WORD,
      'MUL',
      digests,
      'ADD',
      hashed,
      'DUP4',
      'SUB',
      hashed,
      SHA_256,
      'GAS',
      'STATICCALL',
    ] as const),
    ...(['ISZERO', { push: 'failed' }, 'JUMPI', 'POP'] as const),
    ...([1, 'ADD', 'DUP1', count, 'GT', { push: 'next wallet' }, 'JUMPI'] as const),
    ...([end, 0, 'RETURN', { place: 'failed' }, 'JUMPDEST', 0, 0, 'REVERT', { place: 'wallets' }] as const),
  ])
}

/** Calls, and adds to what is hashed: whether it succeeded, the size of its answer, the answer. */
function callSteps(
  { to, data, takesWallet }: WalletView,
  { wallet, input }: { wallet: number; input: number },
): Step[] {
  return [
    ...wordsOf(data).flatMap((word, at): Step[] => [word, input + at * WORD, 'MSTORE']),
    ...(takesWallet ? ([wallet, 'MLOAD', input + SELECTOR, 'MSTORE'] as const) : []),
    ...([0, 0, (data.length - 2) / 2, input, BigInt(to), 'GAS', 'STATICCALL'] as const),
    ...(['DUP2', 'MSTORE', 'RETURNDATASIZE', 'DUP2', WORD, 'ADD', 'MSTORE'] as const),
    ...(['RETURNDATASIZE', 0, 'DUP3', 2 * WORD, 'ADD', 'RETURNDATACOPY'] as const),
    ...(['RETURNDATASIZE', 'ADD', 2 * WORD, 'ADD'] as const),
  ]
}

/** The digest that the code returns for these outcomes: of whether each succeeded, the size of its answer, and the answer. */
export function digestOf(outcomes: readonly Outcome[]): string {
  const size = outcomes.reduce((sum, { data }) => sum + 2 * WORD + sizeOf(data), 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { reverted, data } of outcomes) {
    bytes[at + WORD - 1] = reverted ? 0 : 1
    view.setUint32(at + 2 * WORD - 4, sizeOf(data))
    at += 2 * WORD
    at = writeDigits(bytes, at, data)
  }
  return sha256(bytes)
}

/** @throws Error for an answer to another number of wallets */
export function digestsIn(answer: string, count: number): { block: Block; digests: string[] } {
  if (answer.length !== 2 + 2 * WORD * (HEAD_WORDS + count)) throw new Error('not an answer for these wallets')
  const wordAt = (index: number): string => `0x${answer.slice(2 + 2 * WORD * index, 2 + 2 * WORD * (index + 1))}`
  return {
    block: { number: Number(wordAt(0)), timestamp: Number(wordAt(1)) },
    digests: Array.from({ length: count }, (_, index) => wordAt(HEAD_WORDS + index)),
  }
}

const paddedBytes = (data: string): number => Math.ceil((data.length - 2) / (2 * WORD)) * WORD

function wordsOf(data: string): bigint[] {
  const digits = data.slice(2).padEnd(2 * paddedBytes(data), '0')
  return Array.from({ length: digits.length / (2 * WORD) }, (_, at) =>
    BigInt(`0x${digits.slice(2 * WORD * at, 2 * WORD * (at + 1))}`),
  )
}

const sizeOf = (data: string): number => (data.length - 2) / 2

/** Digits of '0' to '9', 'A' to 'F' and 'a' to 'f', by their character codes. */
const DIGITS = Uint8Array.from({ length: 103 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0)

/** ethers checks each digit and takes ten times as long. @returns the place after the bytes of a hex text with 0x */
function writeDigits(bytes: Uint8Array, start: number, hex: string): number {
  const end = start + sizeOf(hex)
  for (let at = start, digit = 2; at < end; at += 1, digit += 2)
    bytes[at] = 16 * (DIGITS[hex.charCodeAt(digit)] ?? 0) + (DIGITS[hex.charCodeAt(digit + 1)] ?? 0)
  return end
}

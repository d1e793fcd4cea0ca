import { GasEstimateError, RefusedError, WrongChainError } from '../base/not-sent-errors.ts'
import { SigningError, type NotSentError, ReadError } from '../base/errors.ts'
import { query } from './batch.ts'
import { ARRIVED, gradeBroadcastError, type BroadcastAnswer } from './broadcast-answer.ts'
import { reasonOf, safeCause } from './cause.ts'
import { callsAbi } from './calls-abi.ts'
import { missingCapability } from './capabilities.ts'
import type { EthersSigner, TransactionFields } from './ethers.types.ts'
import { noncesOf, type Nonces } from './nonces.ts'
import type {
  Call,
  ContractName,
  Fees,
  MinedTransaction,
  SendOptions,
  SignedTransaction,
  Spender,
  TransactionPort,
} from './port.ts'
import { revertError } from './revert-error.ts'
import { lacksMoney, poorWalletError } from './poor-wallet.ts'
import { pooledNoncesOf } from './pooled-nonces.ts'
import { createReceipts, type Receipts } from './receipts.ts'
import type { FeeOracle } from './fee-oracle.ts'
import type { Rpc } from './rpc.types.ts'
import type { Addresses } from './rules.ts'
import { checkSignedBytes } from './signed-bytes.ts'
import { signsBySending } from './signs-by-sending.ts'

export type SenderOptions = {
  signer: EthersSigner
  rpc: Rpc
  feeOracle: FeeOracle
  blockTimeMs: () => number
  wallet: string
  addresses: Addresses
  chainId: bigint
}

/** Sends one wallet's transactions. Nonces, order and resubmission are the lane's part. */
export function createSender(options: SenderOptions): TransactionPort {
  return new Sender(options)
}

class Sender implements TransactionPort {
  readonly #options: SenderOptions
  readonly #nonces: Nonces
  readonly #receipts: Receipts
  readonly sign: TransactionPort['sign']

  constructor({ signer, rpc, feeOracle, blockTimeMs, wallet, addresses, chainId }: SenderOptions) {
    // Named: a copy of all that they are taken from would stay with each wallet.
    this.#options = { signer, rpc, feeOracle, blockTimeMs, wallet, addresses, chainId }
    this.#nonces = noncesOf(rpc, { wallet, chainId, blockTimeMs })
    this.#receipts = createReceipts(rpc)
    this.sign = signsBySending(signer) ? null : (call, how) => this.#sign(call, how)
  }

  async checkChain(): Promise<void> {
    const { signer, rpc, chainId } = this.#options
    if (!signsBySending(signer)) return
    const actual = await query(rpc.chainId)
    if (actual !== chainId) throw new WrongChainError({ expected: chainId, actual })
  }

  async estimateGas(call: Call): Promise<bigint> {
    const { rpc, wallet } = this.#options
    try {
      return await rpc.estimateGas({ ...this.#request(call), from: wallet })
    } catch (error) {
      throw missingCapability(call, error) ?? revertError(call.method, error) ?? (await this.#notSent(call, error))
    }
  }

  fees(): Promise<Fees> {
    return query(this.#options.feeOracle.fees)
  }

  transactionCount(tag: 'latest' | 'pending' | number): Promise<number> {
    return this.#nonces.transactionCount(tag)
  }

  head(): Promise<number> {
    return this.#nonces.head()
  }

  spender(nonce: number): ReturnType<Nonces['spender']> {
    return this.#nonces.spender(nonce)
  }

  async send(call: Call, how: SendOptions): Promise<string> {
    const { signer, chainId, wallet } = this.#options
    const complete = { ...this.#request(call), chainId, from: wallet, ...transaction(how) }
    await this.checkChain()
    try {
      if (!signsBySending(signer)) return (await signer.sendTransaction(complete)).hash
      const hash = await signer.sendUncheckedTransaction(complete)
      await this.checkChain()
      return hash
    } catch (error) {
      // Switched while it was asked: the wallet may have sent it on the other chain.
      if (error instanceof WrongChainError) throw new Error(error.message, { cause: error })
      if (!isRefusal(error)) throw safeCause(error)
      throw new RefusedError(
        'The wallet refused to send.',
        { operation: call.method, reason: reasonOf(error) },
        { cause: safeCause(error) },
      )
    }
  }

  async broadcast(raw: string): Promise<BroadcastAnswer> {
    const { rpc, feeOracle } = this.#options
    try {
      await rpc.broadcast(raw)
      return ARRIVED
    } catch (error) {
      feeOracle.learn(error)
      return gradeBroadcastError(error)
    }
  }

  knows(transactionHash: string): Promise<boolean> {
    return query(() => this.#options.rpc.knows(transactionHash))
  }

  balance(): Promise<bigint> {
    return query(() => this.#options.rpc.balance(this.#options.wallet, 'latest'))
  }

  pooledNonces(): Promise<readonly number[] | null> {
    return pooledNoncesOf(this.#options.rpc, this.#options.wallet)
  }

  mined(transactionHash: string): Promise<MinedTransaction | null> {
    return query(() => this.#receipts(transactionHash))
  }

  timestampOf(blockNumber: number): Promise<number | null> {
    return query(async () => (await this.#options.rpc.block(blockNumber))?.timestamp ?? null)
  }

  blockHash(blockNumber: number): Promise<string | null> {
    return query(async () => (await this.#options.rpc.block(blockNumber))?.hash ?? null)
  }

  isCall({ to, data, value }: Spender, call: Call): boolean {
    const expected = this.#request(call)
    return to === expected.to && data === expected.data && value === (call.value ?? 0n)
  }

  async replay(call: Call, blockNumber: number): Promise<Error | null> {
    const { rpc, wallet } = this.#options
    for (const blockTag of [blockNumber, blockNumber - 1]) {
      try {
        await rpc.call({ ...this.#request(call), from: wallet }, blockTag)
      } catch (error) {
        const reverted = revertError(call.method, error)
        if (reverted) return reverted
      }
    }
    return null
  }

  async #sign(call: Call, how: SendOptions): Promise<SignedTransaction> {
    const { signer, chainId, wallet } = this.#options
    try {
      const given = { ...this.#request(call), chainId, ...transaction(how) }
      const raw = await signer.signTransaction(given)
      return { raw, hash: checkSignedBytes(raw, given, wallet) }
    } catch (error) {
      const facts = { operation: call.method, reason: reasonOf(error) }
      const options = { cause: safeCause(error) }
      if (isRefusal(error)) throw new RefusedError('The signer did not sign.', facts, options)
      throw new SigningError(facts, options)
    }
  }

  async #notSent(call: Call, error: unknown): Promise<NotSentError> {
    const { rpc, wallet } = this.#options
    const reason = reasonOf(error)
    const cause = safeCause(error)
    if (!lacksMoney(call, reason, null)) return noEstimate(call, reason, cause)
    const balance = await rpc.balance(wallet, 'latest').catch(() => null)
    return lacksMoney(call, reason, balance)
      ? poorWalletError(call, { reason, balance, cause })
      : noEstimate(call, reason, cause)
  }

  #request({ contract, method, args, value = 0n }: Call): { to: string; data: string; value: bigint } {
    if (contract === 'wallet') return { to: this.#options.wallet, data: '0x', value: 0n }
    return { to: this.#addressOf(contract), data: callsAbi[contract].encodeFunctionData(method, args), value }
  }

  #addressOf(contract: ContractName): string {
    const address = this.#options.addresses[contract]
    if (!address) throw new ReadError('There is no such contract on this network.', { contract }, { retryable: false })
    return address
  }
}

function transaction({ nonce, gasLimit, fees }: SendOptions): TransactionFields {
  return { nonce, gasLimit, type: 'gasPrice' in fees ? 0 : 2, ...fees }
}

/**
 * EIP-1193: 4001 for a rejection, 4100 for an account that the page may not use, as after a change of account, 4200 for a method that
 * the wallet does not have. WalletConnect: 5000 for a request, 5001 and 5002 for chains and methods.
 */
const REFUSALS: ReadonlySet<unknown> = new Set(['ACTION_REJECTED', 4001, 4100, 4200, 5000, 5001, 5002])

/** The person at the wallet refused: the transaction was not sent. Wallets and libraries wrap the code in other errors. */
function isRefusal(error: unknown): boolean {
  const queue: unknown[] = [error]
  for (let at = 0; at < queue.length && at < 16; at += 1) {
    const part = queue[at]
    if (typeof part !== 'object' || part === null) continue
    const { code, info, error: inner, data, cause, originalError } = part as Record<string, unknown>
    if (REFUSALS.has(code)) return true
    queue.push(info, inner, data, cause, originalError)
  }
  return false
}

function noEstimate({ method: operation }: Call, reason: string, cause: Error): NotSentError {
  return new GasEstimateError({ operation, reason }, { cause })
}

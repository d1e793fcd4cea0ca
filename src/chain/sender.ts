import { GasEstimateError, RefusedError, WrongChainError } from '../base/not-sent-errors.ts'
import { SigningError, type NotSentError, ReadError } from '../base/errors.ts'
import { query } from './batch.ts'
import { ARRIVED, gradeBroadcastError } from './broadcast-answer.ts'
import { reasonOf, safeCause } from './cause.ts'
import { callsAbi } from './calls-abi.ts'
import { missingCapability } from './capabilities.ts'
import type { EthersSigner, TransactionFields } from './ethers.types.ts'
import { noncesOf } from './nonces.ts'
import type { Call, ContractName, SendOptions, TransactionPort } from './port.ts'
import { revertError } from './revert-error.ts'
import { lacksMoney, poorWalletError } from './poor-wallet.ts'
import { pooledNoncesOf } from './pooled-nonces.ts'
import { createReceipts } from './receipts.ts'
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
  const { signer, rpc, feeOracle, blockTimeMs, wallet, addresses, chainId } = options
  const readReceipt = createReceipts(rpc)

  return {
    checkChain,
    async estimateGas(call) {
      try {
        return await rpc.estimateGas({ ...request(call), from: wallet })
      } catch (error) {
        throw missingCapability(call, error) ?? revertError(call.method, error) ?? (await notSent(call, error))
      }
    },
    fees: () => query(feeOracle.fees),
    ...noncesOf(rpc, { wallet, blockTimeMs }),
    sign: signsBySending(signer)
      ? null
      : async (call, options) => {
          try {
            const given = { ...request(call), chainId, ...transaction(options) }
            const raw = await signer.signTransaction(given)
            return { raw, hash: checkSignedBytes(raw, given, wallet) }
          } catch (error) {
            const facts = { operation: call.method, reason: reasonOf(error) }
            const options = { cause: safeCause(error) }
            if (isRefusal(error)) throw new RefusedError('The signer did not sign.', facts, options)
            throw new SigningError(facts, options)
          }
        },
    async send(call, options) {
      const complete = { ...request(call), chainId, from: wallet, ...transaction(options) }
      await checkChain()
      try {
        if (!signsBySending(signer)) return (await signer.sendTransaction(complete)).hash
        const hash = await signer.sendUncheckedTransaction(complete)
        await checkChain()
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
    },
    async broadcast(raw) {
      try {
        await rpc.broadcast(raw)
        return ARRIVED
      } catch (error) {
        feeOracle.learn(error)
        return gradeBroadcastError(error)
      }
    },
    knows: (transactionHash) => query(() => rpc.knows(transactionHash)),
    balance: () => query(() => rpc.balance(wallet, 'latest')),
    pooledNonces: () => pooledNoncesOf(rpc, wallet),
    mined: (transactionHash) => query(() => readReceipt(transactionHash)),
    timestampOf: (blockNumber) => query(async () => (await rpc.block(blockNumber))?.timestamp ?? null),
    blockHash: (blockNumber) => query(async () => (await rpc.block(blockNumber))?.hash ?? null),
    isCall({ to, data, value }, call) {
      const expected = request(call)
      return to === expected.to && data === expected.data && value === (call.value ?? 0n)
    },
    async replay(call, blockNumber) {
      for (const blockTag of [blockNumber, blockNumber - 1]) {
        try {
          await rpc.call({ ...request(call), from: wallet }, blockTag)
        } catch (error) {
          const reverted = revertError(call.method, error)
          if (reverted) return reverted
        }
      }
      return null
    },
  }

  async function checkChain(): Promise<void> {
    if (!signsBySending(signer)) return
    const actual = await query(rpc.chainId)
    if (actual !== chainId) throw new WrongChainError({ expected: chainId, actual })
  }

  async function notSent(call: Call, error: unknown): Promise<NotSentError> {
    const reason = reasonOf(error)
    const cause = safeCause(error)
    if (!lacksMoney(call, reason, null)) return noEstimate(call, reason, cause)
    const balance = await rpc.balance(wallet, 'latest').catch(() => null)
    return lacksMoney(call, reason, balance)
      ? poorWalletError(call, { reason, balance, cause })
      : noEstimate(call, reason, cause)
  }

  function request({ contract, method, args, value = 0n }: Call): { to: string; data: string; value: bigint } {
    if (contract === 'wallet') return { to: wallet, data: '0x', value: 0n }
    return { to: addressOf(contract), data: callsAbi[contract].encodeFunctionData(method, args), value }
  }

  function addressOf(contract: ContractName): string {
    const address = addresses[contract]
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

import { keccak256, type Provider, type Signer, type TransactionRequest } from 'ethers'
import {
  GasEstimateError,
  InsufficientGasError,
  ReadError,
  RefusedError,
  SigningError,
  type NotSentError,
} from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'
import { fineTuningAbi, inferenceAbi, ledgerAbi } from './abi.ts'
import { asked } from './batch.ts'
import { reasonOf, safeCause } from './cause.ts'
import { missingCapability } from './capabilities.ts'
import type { Call, ContractName, SendOptions, TransactionPort } from './port.ts'
import { revertError } from './reverts.ts'
import { ANSWER_TIMEOUT_MS, soon, type Rpc } from './rpc.ts'
import { findSpender } from './spender.ts'
import type { Addresses } from './rules.ts'

const abis = { ledger: ledgerAbi, inference: inferenceAbi, fineTuning: fineTuningAbi }

export type SenderOptions = {
  signer: Signer
  provider: Provider
  rpc: Rpc
  wallet: string
  addresses: Addresses
  chainId: bigint
}

/** Everything that a transaction needs of the chain. Nonces, order and repetition are the lane's. */
export function createSender({ signer, provider, rpc, wallet, addresses, chainId }: SenderOptions): TransactionPort {
  return {
    async estimateGas(call) {
      try {
        return await soon(() => rpc.estimateGas({ ...request(call), from: wallet }))
      } catch (error) {
        throw missingCapability(call, error) ?? revertError(call.method, error) ?? notSent(call, error)
      }
    },
    fees: () => asked(() => soon(rpc.fees)),
    transactionCount: (tag) => asked(() => soon(() => rpc.transactionCount(wallet, tag))),
    sign: sendsToSign(signer)
      ? null
      : async (call, options) => {
          try {
            const raw = await signer.signTransaction({ ...request(call), chainId, ...transaction(options) })
            return { raw, hash: keccak256(raw) }
          } catch (error) {
            const facts = { operation: call.method, reason: reasonOf(error) }
            const options = { cause: safeCause(error) }
            if (isRefusal(error)) throw new RefusedError('The signer did not sign.', facts, options)
            throw new SigningError(facts, options)
          }
        },
    async send(call, options) {
      const complete = { ...request(call), from: wallet, ...transaction(options) }
      try {
        if (sendsToSign(signer)) return await signer.sendUncheckedTransaction(complete)
        return (await signer.sendTransaction(complete)).hash
      } catch (error) {
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
        await soon(() => rpc.broadcast(raw))
      } catch (error) {
        throw safeCause(error)
      }
    },
    mined: (transactionHash) => asked(() => soon(() => rpc.receipt(transactionHash))),
    // A search of up to two dozen questions.
    spender: (nonce) => asked(() => withTimeout(6 * ANSWER_TIMEOUT_MS, () => findSpender(provider, wallet, nonce))),
    timestampOf: (blockNumber) =>
      asked(() => soon(async () => (await provider.getBlock(blockNumber))?.timestamp ?? null)),
    isCall({ to, data, value }, call) {
      const expected = request(call)
      return to === expected.to && data === expected.data && value === (call.value ?? 0n)
    },
    async replay(call, blockNumber) {
      for (const blockTag of [blockNumber, blockNumber - 1]) {
        try {
          await soon(() => rpc.call({ ...request(call), from: wallet }, blockTag))
        } catch (error) {
          const reverted = revertError(call.method, error)
          if (reverted) return reverted
        }
      }
      return null
    },
  }

  function request({ contract, method, args, value = 0n }: Call): { to: string; data: string; value: bigint } {
    return { to: addressOf(contract), data: abis[contract].encodeFunctionData(method, args), value }
  }

  function addressOf(contract: ContractName): string {
    const address = addresses[contract]
    if (!address) throw new ReadError('There is no such contract on this network.', { contract }, { retryable: false })
    return address
  }
}

function transaction({ nonce, gasLimit, fees }: SendOptions): TransactionRequest {
  return { nonce, gasLimit, type: 'gasPrice' in fees ? 0 : 2, ...fees }
}

type SendingSigner = Signer & { sendUncheckedTransaction(request: TransactionRequest): Promise<string> }

/** A wallet behind JSON-RPC (browser wallets, a node's own accounts): it signs only what it sends. */
function sendsToSign(signer: Signer): signer is SendingSigner {
  return 'sendUncheckedTransaction' in signer
}

type Coded = { code?: unknown }

/** The person at the wallet said no (EIP-1193's 4001, ethers' ACTION_REJECTED): it was certainly not sent. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, info, error: inner } = error as { code?: unknown; info?: { error?: Coded }; error?: Coded }
  return code === 'ACTION_REJECTED' || [code, info?.error?.code, inner?.code].includes(4001)
}

function notSent(call: Call, error: unknown): NotSentError {
  const reason = reasonOf(error)
  const Failure = /insufficient funds|INSUFFICIENT_FUNDS|gas required exceeds|Insufficient funds/i.test(reason)
    ? InsufficientGasError
    : GasEstimateError
  return new Failure({ operation: call.method, reason }, { cause: safeCause(error) })
}

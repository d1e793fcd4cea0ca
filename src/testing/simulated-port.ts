import type { Block } from '../../machines/position.types.ts'
import type { Call, SendOptions, TransactionPort } from '../chain/port.ts'
import { ARRIVED, gradeBroadcastError } from '../chain/broadcast-answer.ts'
import { poorWalletError } from '../chain/poor-wallet.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import type { Execution, Failure } from './contracts/contracts.ts'
import { fakeHash } from './fakes.ts'
import { TRANSFER_GAS } from './gas.ts'
import type { Node } from './node.ts'
import { dataOf, rawOf, transactionOf } from './transaction-codec.ts'

const NO_FUNDS = 'insufficient funds for gas * price + value'

/** Sends one wallet's transactions to a simulated node. */
export function createSimulatedPort(node: Node, wallet: string): TransactionPort {
  const { addresses, blocks, contracts, inclusion, pool } = node
  const signed = (call: Call, options: SendOptions) => {
    const raw = rawOf({ from: wallet, call, ...options })
    return { raw, hash: fakeHash(raw) }
  }
  const broadcast = (raw: string) =>
    node.submit({ kind: 'transaction', hash: fakeHash(raw), transaction: transactionOf(raw) })

  return {
    checkChain: () => Promise.resolve(),
    async estimateGas(call) {
      node.answer()
      const balance = contracts.balanceOf(wallet)
      if (balance < (call.value ?? 0n)) throw poorWalletError(call, { reason: NO_FUNDS, balance })
      const execution = executionOf(call, node.head())
      if (!execution) return TRANSFER_GAS
      if (!execution.ok) throw refusalOf(call, execution)
      return execution.gas
    },
    async fees() {
      node.answer()
      return node.fees()
    },
    async transactionCount(tag) {
      node.answer()
      if (typeof tag === 'number') return blocks.at(tag, () => inclusion.spent(wallet))
      const old = node.faults.take('stale-nonce')
      if (old !== null) return blocks.at(Math.max(0, node.head().number - old), () => inclusion.spent(wallet))
      return tag === 'latest' ? inclusion.spent(wallet) : pool.countFrom(wallet, inclusion.spent(wallet))
    },
    sign: (call, options) => Promise.resolve(signed(call, options)),
    async send(call, options) {
      const { raw, hash } = signed(call, options)
      broadcast(raw)
      return hash
    },
    async broadcast(raw) {
      try {
        broadcast(raw)
        return ARRIVED
      } catch (error) {
        return gradeBroadcastError(error)
      }
    },
    async knows(transactionHash) {
      node.answer()
      return pool.has(transactionHash) || inclusion.receipt(transactionHash) !== undefined
    },
    async balance() {
      node.answer()
      return contracts.balanceOf(wallet)
    },
    async pooledNonces() {
      node.answer()
      return null
    },
    async head() {
      node.answer()
      return node.head().number
    },
    async mined(transactionHash) {
      node.answer()
      const found = inclusion.receipt(transactionHash)
      if (!found) return null
      const { blockNumber, gasUsed, gasPrice, status } = found
      const blockHash = blocks.hashOf(blockNumber)
      return { transactionHash, blockNumber, blockHash, gasUsed, ...(gasPrice !== undefined && { gasPrice }), status }
    },
    async spender(nonce) {
      node.answer()
      const found = inclusion.spender(wallet, nonce)
      if (!found) return null
      const { transactionHash, blockNumber, transaction } = found
      const { call } = transaction
      const depth = node.head().number - blockNumber
      return { transactionHash, blockNumber, depth, to: addressOf(call), ...contentOf(call) }
    },
    async timestampOf(blockNumber) {
      node.answer()
      return blockNumber > node.head().number ? null : blocks.at(blockNumber, ({ timestamp }) => timestamp)
    },
    async blockHash(blockNumber) {
      node.answer()
      return blockNumber > node.head().number ? null : blocks.hashOf(blockNumber)
    },
    isCall({ to, data, value }, call) {
      const expected = contentOf(call)
      return to === addressOf(call) && data === expected.data && value === expected.value
    },
    async replay(call, blockNumber) {
      for (const number of [blockNumber, blockNumber - 1]) {
        const execution = blocks.at(number, (block) => executionOf(call, block))
        if (execution?.ok === false) return refusalOf(call, execution)
      }
      return null
    },
  }

  function addressOf({ contract }: Call): string {
    return contract === 'wallet' ? wallet : addresses[contract]
  }

  /** The outcome of a call of the contracts; null for a plain transfer, and where the wallet lacks the value. */
  function executionOf({ contract, method, args, value = 0n }: Call, { timestamp }: Block): Execution | null {
    if (contract === 'wallet' || contracts.balanceOf(wallet) < value) return null
    return node.simulate({ from: wallet, value, call: { contract, method, args }, timestamp })
  }
}

function refusalOf({ method: operation }: Call, { error }: Failure): Error {
  return contractRefusal({ operation, errorName: error.name, errorArgs: error.args })
}

function contentOf(call: Call): { data: string; value: bigint } {
  return { data: dataOf(call), value: call.value ?? 0n }
}

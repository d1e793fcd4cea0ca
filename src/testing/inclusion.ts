import type { Block } from '../../machines/position.types.ts'
import type { Call, MinedTransaction } from '../chain/port.ts'
import type { Contracts, Execution } from './contracts/contracts.ts'
import type { Storage } from './contracts/storage.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import { maxPriceOf, priceOf, TRANSFER_GAS } from './gas.ts'
import type { Sent, Waiting } from './pool.ts'
import type { SimulatedTransaction } from './transaction-codec.ts'

/** A mined transaction with its receipt. */
export type Included = MinedTransaction & { transaction: SimulatedTransaction }

export type InclusionOptions = {
  storage: Storage
  contracts: Contracts
  /** In wei per gas. */
  baseFee: () => bigint
}

export type Inclusion = {
  /** The wallet's nonce count. */
  spent(wallet: string): number
  receipt(hash: string): Included | undefined
  spender(wallet: string, nonce: number): Included | undefined
  /** Whether a wallet owns the most that a transaction may cost. */
  affords(transaction: SimulatedTransaction): boolean
  /** Executes pool entries in a block. @returns the entries in it, and the events in their order */
  include(waiting: readonly Waiting[], block: Block): { included: Waiting[]; events: ContractEvent[] }
}

/** Includes pool entries in blocks: nonces in order, gas paid, receipts written. */
export function createInclusion({ storage, contracts, baseFee }: InclusionOptions): Inclusion {
  const nonces = storage.table<number>()
  const receipts = storage.table<Included>()
  const byNonce = storage.table<string>()
  const spent = (wallet: string): number => nonces.get(wallet) ?? 0

  return {
    spent,
    receipt: (hash) => receipts.get(hash),
    spender: (wallet, nonce) => receipts.get(byNonce.get(keyOf(wallet, nonce)) ?? ''),
    affords,
    include(waiting, block) {
      const included: Waiting[] = []
      const events: ContractEvent[] = []
      let left = waiting.filter(({ notBefore }) => notBefore <= block.number)
      // A nonce may depend on an entry that reached the pool later, so the loop repeats until nothing more fits.
      for (let before = -1; before !== included.length;) {
        before = included.length
        left = left.filter((one) => {
          const emitted = one.kind === 'act' ? one.run(block) : execute(one, block)
          if (!emitted) return true
          included.push(one)
          events.push(...emitted)
          return false
        })
      }
      return { included, events }
    },
  }

  function affords({ from, call, gasLimit, fees }: SimulatedTransaction): boolean {
    return contracts.balanceOf(from) >= (call.value ?? 0n) + gasLimit * maxPriceOf(fees)
  }

  /** A transfer to the wallet itself changes nothing. */
  function executeCall({ from, call, timestamp }: { from: string; call: Call; timestamp: number }): Execution {
    const { contract, method, args, value = 0n } = call
    if (contract === 'wallet') return { ok: true, events: [], value: undefined, gas: TRANSFER_GAS }
    return contracts.execute({ from, value, call: { contract, method, args }, timestamp })
  }

  /** @returns the events; null when this block cannot include the transaction */
  function execute(
    { hash, transaction }: Sent,
    { number: blockNumber, timestamp }: Block,
  ): readonly ContractEvent[] | null {
    const { from, nonce, call, gasLimit, fees } = transaction
    const price = priceOf(fees, baseFee())
    if (nonce !== spent(from) || price === null || !affords(transaction)) return null
    nonces.set(from, nonce + 1)
    const mark = storage.mark()
    const execution = executeCall({ from, call, timestamp })
    const { ok, gas } = execution
    const isOut = gas > gasLimit
    if (isOut) storage.revert(mark)
    const gasUsed = isOut ? gasLimit : gas
    contracts.burn(from, gasUsed * price)
    const status = ok && !isOut ? 1 : 0
    receipts.set(hash, { transactionHash: hash, blockNumber, gasUsed, gasPrice: price, status, transaction })
    byNonce.set(keyOf(from, nonce), hash)
    return execution.ok && !isOut ? execution.events : []
  }
}

const keyOf = (wallet: string, nonce: number): string => `${wallet} ${nonce}`

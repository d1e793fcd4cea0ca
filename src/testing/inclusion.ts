import type { Block } from '../../machines/position.types.ts'
import type { MinedTransaction } from '../chain/port.ts'
import type { Contracts } from './contracts/contracts.ts'
import type { Storage } from './contracts/storage.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import { gasOf, gasOfRevert, maxPriceOf, priceOf } from './gas.ts'
import type { Sent, Waiting } from './pool.ts'
import type { SimulatedTransaction } from './wire.ts'

/** What a block did with a transaction. */
export type Included = MinedTransaction & { transaction: SimulatedTransaction }

export type InclusionOptions = {
  storage: Storage
  contracts: Contracts
  /** In wei per gas. */
  baseFee: () => bigint
}

/** Puts what waits into blocks: nonces in order, gas paid for, receipts written. */
export function createInclusion({ storage, contracts, baseFee }: InclusionOptions) {
  const nonces = storage.table<number>()
  const receipts = storage.table<Included>()
  const byNonce = storage.table<string>()
  const spent = (wallet: string): number => nonces.get(wallet) ?? 0

  return {
    /** How many nonces a wallet has spent. */
    spent,
    receipt: (hash: string) => receipts.get(hash),
    spender: (wallet: string, nonce: number) => receipts.get(byNonce.get(keyOf(wallet, nonce)) ?? ''),
    affords,
    /** @returns what is in the block now, and what the contracts told, in order */
    include(waiting: readonly Waiting[], block: Block): { included: Waiting[]; events: ContractEvent[] } {
      const included: Waiting[] = []
      const events: ContractEvent[] = []
      let left = waiting.filter(({ notBefore }) => notBefore <= block.number)
      // One may have to wait for another that came later.
      for (let before = -1; before !== included.length;) {
        before = included.length
        left = left.filter((one) => {
          const told = one.kind === 'act' ? one.run(block) : eventsOf(one, block)
          if (!told) return true
          included.push(one)
          events.push(...told)
          return false
        })
      }
      return { included, events }
    },
  }

  /** Whether a wallet has what a transaction may cost at most. */
  function affords({ from, call, gasLimit, fees }: SimulatedTransaction): boolean {
    return contracts.balanceOf(from) >= (call.value ?? 0n) + gasLimit * maxPriceOf(fees)
  }

  /** @returns null when it cannot be in this block */
  function eventsOf(
    { hash, transaction }: Sent,
    { number: blockNumber, timestamp }: Block,
  ): readonly ContractEvent[] | null {
    const { from, nonce, call, gasLimit, fees } = transaction
    const price = priceOf(fees, baseFee())
    if (nonce !== spent(from) || price === null || !affords(transaction)) return null
    nonces.set(from, nonce + 1)
    const mark = storage.mark()
    const execution = contracts.execute({ from, value: call.value ?? 0n, call, timestamp })
    const { ok } = execution
    const needed = ok ? gasOf(call) : gasOfRevert(call)
    const isOut = needed > gasLimit
    if (isOut) storage.revert(mark)
    const gasUsed = isOut ? gasLimit : needed
    contracts.burn(from, gasUsed * price)
    const status = ok && !isOut ? 1 : 0
    receipts.set(hash, { transactionHash: hash, blockNumber, gasUsed, status, transaction })
    byNonce.set(keyOf(from, nonce), hash)
    return execution.ok && !isOut ? execution.events : []
  }
}

const keyOf = (wallet: string, nonce: number): string => `${wallet} ${nonce}`

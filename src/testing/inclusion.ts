import type { Block } from '../../machines/position.types.ts'
import type { MinedTransaction } from '../chain/port.ts'
import type { Contracts } from './contracts/contracts.ts'
import type { Storage } from './contracts/storage.ts'
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

export type Inclusion = ReturnType<typeof createInclusion>

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
    /** @returns those that are in the block now, in their order */
    include(waiting: readonly Waiting[], block: Block): Waiting[] {
      const included: Waiting[] = []
      let left = waiting.filter(({ notBefore }) => notBefore <= block.number)
      // One may have to wait for another that came later.
      for (let before = -1; before !== included.length;) {
        before = included.length
        left = left.filter((one) => {
          if (one.kind === 'act') one.run(block)
          else if (!includes(one, block)) return true
          included.push(one)
          return false
        })
      }
      return included
    },
  }

  /** Whether a wallet has what a transaction may cost at most. */
  function affords({ from, call, gasLimit, fees }: SimulatedTransaction): boolean {
    return contracts.balanceOf(from) >= (call.value ?? 0n) + gasLimit * maxPriceOf(fees)
  }

  function includes({ hash, transaction }: Sent, { number: blockNumber, timestamp }: Block): boolean {
    const { from, nonce, call, gasLimit, fees } = transaction
    const price = priceOf(fees, baseFee())
    if (nonce !== spent(from) || price === null || !affords(transaction)) return false
    nonces.set(from, nonce + 1)
    const mark = storage.mark()
    const { ok } = contracts.execute({ from, value: call.value ?? 0n, call, timestamp })
    const needed = ok ? gasOf(call) : gasOfRevert(call)
    const isOut = needed > gasLimit
    if (isOut) storage.revert(mark)
    const gasUsed = isOut ? gasLimit : needed
    contracts.burn(from, gasUsed * price)
    const status = ok && !isOut ? 1 : 0
    receipts.set(hash, { transactionHash: hash, blockNumber, gasUsed, status, transaction })
    byNonce.set(keyOf(from, nonce), hash)
    return true
  }
}

const keyOf = (wallet: string, nonce: number): string => `${wallet} ${nonce}`

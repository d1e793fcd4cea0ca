import type { Block } from '../../machines/position.types.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import type { SimulatedTransaction } from './transaction-codec.ts'

/** A wallet's transaction. */
export type Sent = { kind: 'transaction'; hash: string; transaction: SimulatedTransaction }

/** An act of another account: a provider's charge, the owner's call, a faucet. It has no nonce. */
export type Act = { kind: 'act'; hash: string; run: (block: Block) => readonly ContractEvent[] }

/** An entry of the pool; no block before `notBefore` includes it. */
export type Waiting = (Sent | Act) & { notBefore: number }

export type Pool = {
  all(): readonly Waiting[]
  has(hash: string): boolean
  /** Adds an entry. A transaction replaces another one with its nonce. */
  add(entry: Waiting): void
  /** Puts the entries of a reorganised block before all others. */
  putBack(entries: readonly Waiting[]): void
  remove(included: readonly Waiting[]): void
  /** Forgets the wallets' transactions, as nodes do. */
  dropTransactions(): void
  /** The pending transaction with this nonce. */
  at(from: string, nonce: number): (Sent & { notBefore: number }) | undefined
  /** The wallet's nonce count including its pending transactions without a gap. */
  countFrom(from: string, spent: number): number
}

/** The transaction pool of a simulated node. */
export function createPool(): Pool {
  let waiting: readonly Waiting[] = []
  const of = (from: string) =>
    waiting.flatMap((one) => (one.kind === 'transaction' && one.transaction.from === from ? one : []))

  return {
    all: () => waiting,
    has: (hash) => waiting.some((one) => one.hash === hash),
    add(entry) {
      waiting = [...waiting.filter((one) => !isSame(one, entry)), entry]
    },
    putBack(entries) {
      waiting = [...entries, ...waiting.filter((one) => !entries.some((back) => isSame(one, back)))]
    },
    remove(included) {
      if (included.length > 0) waiting = waiting.filter((one) => !included.includes(one))
    },
    dropTransactions() {
      waiting = waiting.filter(({ kind }) => kind === 'act')
    },
    at: (from, nonce) => of(from).find((one) => one.transaction.nonce === nonce),
    countFrom(from, spent) {
      const nonces = new Set(of(from).map(({ transaction }) => transaction.nonce))
      let next = spent
      while (nonces.has(next)) next += 1
      return next
    },
  }
}

function isSame(a: Waiting, b: Waiting): boolean {
  if (a.kind === 'act' || b.kind === 'act') return a.hash === b.hash
  return a.transaction.from === b.transaction.from && a.transaction.nonce === b.transaction.nonce
}

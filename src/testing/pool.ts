import type { Block } from '../../machines/position.types.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import type { SimulatedTransaction } from './wire.ts'

/** A wallet's transaction. */
export type Sent = { kind: 'transaction'; hash: string; transaction: SimulatedTransaction }

/** What somebody else does: a provider that charges, the owner, a faucet. Their gas and nonces are nobody's concern. */
export type Act = { kind: 'act'; hash: string; run: (block: Block) => readonly ContractEvent[] }

/** Not to be mined before some block. */
export type Waiting = (Sent | Act) & { notBefore: number }

/** What waits for a block. A transaction takes the place of another one with its nonce. */
export function createPool() {
  let waiting: readonly Waiting[] = []
  const of = (from: string) =>
    waiting.flatMap((one) => (one.kind === 'transaction' && one.transaction.from === from ? one : []))

  return {
    all: () => waiting,
    has: (hash: string) => waiting.some((one) => one.hash === hash),
    add(entry: Waiting): void {
      waiting = [...waiting.filter((one) => !isSame(one, entry)), entry]
    },
    /** Those of a reorganised block go before the rest. */
    putBack(entries: readonly Waiting[]): void {
      waiting = [...entries, ...waiting.filter((one) => !entries.some((back) => isSame(one, back)))]
    },
    remove(gone: readonly Waiting[]): void {
      if (gone.length > 0) waiting = waiting.filter((one) => !gone.includes(one))
    },
    /** Forgets the wallets' transactions, as nodes do. */
    dropTransactions(): void {
      waiting = waiting.filter(({ kind }) => kind === 'act')
    },
    /** The transaction that would be mined with this nonce. */
    at: (from: string, nonce: number) => of(from).find((one) => one.transaction.nonce === nonce),
    /** How many nonces a wallet has used, counting what waits without a gap. */
    countFrom(from: string, spent: number): number {
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

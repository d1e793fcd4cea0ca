import type { AutoFundingStatus, Broker } from '../../index.ts'
import { keyOf } from '../../base/sub-account-key.ts'

/** A transfer that a person asked for on the page: what it added, and where the chain shows it. */
export type TransferByHand = { key: string; blockNumber: number; amount: bigint }

/** What a person did on the page while the demo ran. Amounts in wei. */
export type ByHand = {
  transfers: readonly TransferByHand[]
  /** Blocks in which money was asked back or claimed. */
  takenBackIn: ReadonlySet<number>
  deposits: number
  deposited: bigint
  withdrawn: bigint
  /** All of them on the chain, those that reverted included. */
  transactions: number
}

export const nothingByHand: ByHand = {
  transfers: [],
  takenBackIn: new Set(),
  deposits: 0,
  deposited: 0n,
  withdrawn: 0n,
  transactions: 0,
}

/** Tells a person's transactions from those of auto-funding and of the demo itself. */
export type HandWatch = {
  /** Notes the top-ups of auto-funding; between two of one sub-account comes a position. */
  note(statuses: readonly AutoFundingStatus[]): void
  /** Notes a transaction of the demo itself. */
  noteOwn(hash: string): void
  byHand(): ByHand
}

export function watchHand(broker: Pick<Broker, 'transactions'>): HandWatch {
  const known = new Set<string>()
  return {
    note(statuses) {
      for (const { lastTopUp } of statuses) if (lastTopUp) known.add(lastTopUp.transactionHash)
    },
    noteOwn: (hash) => void known.add(hash),
    byHand() {
      const contexts = broker.transactions().map((actor) => actor.getSnapshot())
      const others = contexts.flatMap(({ value, context }) => {
        const { blockNumber, hashes } = context
        if (blockNumber === null || hashes.some((hash) => known.has(hash))) return []
        return [{ ...context, blockNumber, isMined: value === 'mined' }]
      })
      const mined = others.filter(({ isMined }) => isMined)
      const of = (...operations: string[]) => mined.filter(({ operation }) => operations.includes(operation))
      const deposits = of('depositFund', 'addLedger')
      return {
        transfers: of('transferFund').flatMap(({ subAccount, blockNumber, amount }) =>
          subAccount ? [{ key: keyOf(subAccount), blockNumber, amount: BigInt(amount) }] : [],
        ),
        takenBackIn: new Set(of('retrieveFund').map(({ blockNumber }) => blockNumber)),
        deposits: deposits.length,
        deposited: sum(deposits),
        withdrawn: sum(of('refund', 'deleteLedger')),
        transactions: others.length,
      }
    },
  }
}

const sum = (all: readonly { amount: string }[]): bigint =>
  all.reduce((total, { amount }) => total + BigInt(amount), 0n)

import type { Block, Settlements } from '../../machines/position.types.ts'
import type { ContractEvent } from './contracts/transaction.ts'

type Entry = { block: Block; event: ContractEvent }

/** How many events can be looked back on. */
const KEPT = 20_000

/** What the contracts told, block by block. */
export function createEventLog() {
  let entries: Entry[] = []
  /** The first block whose events are all here. */
  let first = 1

  return {
    add(block: Block, events: readonly ContractEvent[]): void {
      for (const event of events) entries.push({ block, event })
      if (entries.length > 2 * KEPT) forget()
    },
    /** Blocks above this one are gone. */
    cut(number: number): void {
      entries = entries.filter(({ block }) => block.number <= number)
    },
    first: (): number => first,
    /** What a wallet's providers were paid in the blocks from one to another. */
    settled(wallet: string, from: number, to: number): Settlements['settled'] {
      const found = entries.filter(
        ({ block, event }) => block.number >= from && block.number <= to && event.args['user'] === wallet,
      )
      return found.flatMap(({ block, event }, index) => {
        const amount = event.args['amount'] as bigint
        // The service says next whose account it was.
        const next = found[index + 1]?.event
        if (event.name !== 'FundSpent' || next?.name !== 'BalanceUpdated' || amount === 0n) return []
        const serviceType = next.contract === 'inference' ? 'inference' : 'fine-tuning'
        return [{ provider: String(next.args['provider']), serviceType, amount, at: block.timestamp }]
      })
    },
  }

  function forget(): void {
    entries = entries.slice(-KEPT)
    // Its first events may be among those that are gone.
    first = (entries[0]?.block.number ?? 0) + 1
  }
}

import type { Block, Settlements } from '../../machines/position.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
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
    /** What a wallet's providers were paid in the blocks from one to another, and which sub-accounts were opened there. */
    settlements(wallet: string, from: number, to: number): Pick<Settlements, 'settled' | 'opened'> {
      const settled: Settlements['settled'][number][] = []
      const opened = new Map<string, Settlements['opened'][number] | null>()
      let spent: bigint | null = null
      for (const { block, event } of entries) {
        if (block.number < from || block.number > to || event.args['user'] !== wallet) continue
        if (event.name === 'BalanceUpdated') {
          const serviceType = event.contract === 'inference' ? 'inference' : 'fine-tuning'
          const one = { provider: String(event.args['provider']), serviceType, at: block.timestamp } as const
          const key = keyOf(one)
          if (!opened.has(key)) opened.set(key, spent === null ? one : null)
          if (spent !== null && spent > 0n) settled.push({ ...one, amount: spent })
        }
        // The service says next whose account it was.
        spent = event.name === 'FundSpent' ? (event.args['amount'] as bigint) : null
      }
      return { settled, opened: [...opened.values()].filter((one) => one !== null) }
    },
  }

  function forget(): void {
    entries = entries.slice(-KEPT)
    // Its first events may be among those that are gone.
    first = (entries[0]?.block.number ?? 0) + 1
  }
}

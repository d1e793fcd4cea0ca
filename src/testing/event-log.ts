import type { Block, Settlements } from '../../machines/position.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { ContractEvent } from './contracts/transaction.ts'

type Entry = { block: Block; event: ContractEvent }

/** How many events the log keeps at least. */
const MOST_EVENTS = 20_000

export type EventLog = {
  add(block: Block, events: readonly ContractEvent[]): void
  /** Removes the events of all later blocks. */
  cut(number: number): void
  /** The first block whose events are all in the log. */
  first(): number
  /** The charges of a wallet's providers in a range of blocks, and the sub-accounts opened there. */
  settlements(wallet: string, from: number, to: number): Pick<Settlements, 'settled' | 'opened'>
}

/** The event log of the simulated contracts. */
export function createEventLog(): EventLog {
  let entries: Entry[] = []
  let first = 1

  return {
    add(block, events) {
      for (const event of events) entries.push({ block, event })
      if (entries.length > 2 * MOST_EVENTS) forget()
    },
    cut(number) {
      entries = entries.filter(({ block }) => block.number <= number)
    },
    first: () => first,
    settlements(wallet, from, to) {
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
        // The service's event, which names the sub-account, follows the ledger's event with the amount.
        spent = event.name === 'FundSpent' ? (event.args['amount'] as bigint) : null
      }
      return { settled, opened: [...opened.values()].filter((one) => one !== null) }
    },
  }

  function forget(): void {
    entries = entries.slice(-MOST_EVENTS)
    // Some events of the first block may be cut off.
    first = (entries[0]?.block.number ?? 0) + 1
  }
}

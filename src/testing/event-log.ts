import type { Block } from '../../machines/position.types.ts'
import { settlementsIn, type WalletEvent } from '../base/settlements-in.ts'
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
  /** The charges of a wallet's providers in a range of blocks, what was paid in, and the sub-accounts opened there. */
  settlements(wallet: string, from: number, to: number): ReturnType<typeof settlementsIn>
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
      const own = entries.filter(
        ({ block, event }) => block.number >= from && block.number <= to && event.args['user'] === wallet,
      )
      return settlementsIn(own.flatMap((entry) => walletEventIn(entry) ?? []))
    },
  }

  function forget(): void {
    entries = entries.slice(-MOST_EVENTS)
    // Some events of the first block may be cut off.
    first = (entries[0]?.block.number ?? 0) + 1
  }
}

/** The simulated contracts have one version of each service, so a charge names no other. */
const SERVICE = ''

/** Events of one block count as those of one transaction. */
function walletEventIn({ block, event: { contract, name, args } }: Entry): WalletEvent | null {
  const serviceType = contract === 'inference' ? 'inference' : 'fine-tuning'
  const one = {
    transaction: String(block.number),
    service: SERVICE,
    provider: String(args['provider']),
    serviceType,
  } as const
  const wei = (field: string) => args[field] as bigint
  if (name === 'FundSpent') return { transaction: one.transaction, service: SERVICE, name, amount: wei('amount') }
  if (name === 'RefundRequested') return { ...one, name }
  if (name !== 'BalanceUpdated') return null
  return { ...one, name, at: block.timestamp, balance: wei('amount'), pendingRefund: wei('pendingRefund') }
}

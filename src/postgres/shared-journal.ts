import { createSerialQueue, type SerialQueue } from '../base/serial.ts'
import { JournalError, type LeasedJournal } from '../index.ts'

/** Which wallet's journal, in which schema. */
export type JournalName = { schema: string; chainId: bigint; wallet: string }

/** A claimed journal, and how many brokers of this process may use it. */
type SharedJournal = { journal: LeasedJournal; name: JournalName; users: number; release: () => Promise<void> }

/** The journals that this process has claimed, by place. */
const claimed = new Map<string, SharedJournal>()
const turns = new Map<string, { inTurn: SerialQueue; waiting: number }>()

/**
 * Runs what claims a wallet, or hands it back, one after the other: a claim finds that the wallet is free, that this process has it, or that
 * another one has.
 */
export async function inTurnOf<T>(name: JournalName, task: () => Promise<T>): Promise<T> {
  const key = keyOf(name)
  const turn = turns.get(key) ?? { inTurn: createSerialQueue(), waiting: 0 }
  turns.set(key, turn)
  turn.waiting += 1
  try {
    return await turn.inTurn(task)
  } finally {
    turn.waiting -= 1
    if (turn.waiting === 0) turns.delete(key)
  }
}

/** Shares a journal that was just claimed. @param release hands its lease back, once no broker uses it */
export function shareJournal(name: JournalName, journal: LeasedJournal, release: () => Promise<void>): LeasedJournal {
  const place = placeOf(name, journal)
  const shared = { journal, name, users: 0, release }
  claimed.set(place, shared)
  journal.lost.addEventListener('abort', () => claimed.delete(place), { once: true })
  return use(shared, place)
}

/** The journal of a lease that another call of this process has claimed; null where it has not. */
export function joinJournal(name: JournalName, lease: { holder: string | null; epoch: number }): LeasedJournal | null {
  if (lease.holder === null) return null
  const place = placeOf(name, { holder: lease.holder, epoch: lease.epoch })
  const shared = claimed.get(place)
  return shared ? use(shared, place) : null
}

/** One broker's share. With the same place, brokers of one wallet share a lane: one of them uses its share, the others close theirs. */
function use(shared: SharedJournal, place: string): LeasedJournal {
  const { journal } = shared
  let closing: Promise<void> | null = null
  shared.users += 1
  return {
    ...journal,
    place,
    load: () => (closing ? rejectClosed() : journal.load()),
    append: (record) => (closing ? rejectClosed() : journal.append(record)),
    close: () => (closing ??= leave()),
  }

  async function leave(): Promise<void> {
    shared.users -= 1
    if (shared.users > 0) return
    await inTurnOf(shared.name, async () => {
      // Another call may have joined meanwhile.
      if (shared.users > 0) return
      claimed.delete(place)
      await shared.release()
    })
  }

  function rejectClosed(): Promise<never> {
    return Promise.reject(new JournalError('The journal is closed.', { wallet: journal.wallet }))
  }
}

const keyOf = ({ schema, chainId, wallet }: JournalName): string => `${schema} ${chainId} ${wallet.toLowerCase()}`

/** The database gives each claim an epoch of its own, so that a lease that was lost is another place. */
function placeOf(name: JournalName, { holder, epoch }: { holder: string; epoch: number }): string {
  return `postgres ${keyOf(name)} ${holder} ${epoch}`
}

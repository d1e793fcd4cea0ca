import { setMaxListeners } from 'node:events'
import { createSerialQueue } from '../base/serial.ts'
import {
  AbortedError,
  BudgetExhaustedError,
  JournalError,
  type JournalRecord,
  type LeasedJournal,
  type Logger,
} from '../index.ts'
import type { Contact } from './contact.ts'
import { isOtherChain, otherChain } from './other-chain.ts'
import { createJournalWriter, type Entry, type JournalWriterOptions } from './journal-writer.ts'
import type { KeptBudget } from './kept-budget.ts'
import { createOwedTurns } from './owed-turns.ts'
import { changeBy, type PaymentChange } from './payment-changes.ts'
import { StatementError } from './statement-error.ts'
import { toStored } from './stored-record.ts'

export type FencedJournalOptions = Omit<JournalWriterOptions, 'onLost'> & {
  contact: Contact
  /** Notes the chain's first block where none is noted. @returns the one that is noted, in hex digits; null where the lease is another's */
  bind: (genesis: string) => Promise<string | null>
  /** For how long the lease holds at least, in milliseconds. */
  expiresInMs: () => number
  /** Hands the lease back. */
  release: () => Promise<void>
  /** Holds the wallet's payments; null where nothing does. */
  budget: Pick<KeptBudget, 'adopt'> | null
  /** Says what became of a payment whose record was not written. */
  turn: (change: Extract<PaymentChange, { type: 'turns' }>) => Promise<void>
  logger: Logger
}

/** A journal in the database, and the end of its lease. */
export type FencedJournal = LeasedJournal & {
  /** The lease is another process's, or its row says so. */
  lose(reason: Error): void
}

/**
 * One wallet's journal. Each append is one statement that the database lets in only while the lease holds, at the place after the last
 * one. An append whose answer is lost is tried again, with the same bytes at the same place, until the database says which it is.
 */
export function createFencedJournal(options: FencedJournalOptions): FencedJournal {
  const { lease, contact, logger } = options
  const { wallet, chainId, epoch, holder } = lease
  const inTurn = createSerialQueue()
  const lost = new AbortController()
  // Every broker and wait of this process may listen, which is no leak.
  setMaxListeners(0, lost.signal)
  const over = new AbortController()
  const writer = createJournalWriter({ ...options, onLost: lose })
  const owed = createOwedTurns({
    write: (turn, isOwed) => inTurn(async () => (isOwed() ? answered(() => options.turn(turn)) : undefined)),
    next: () => contact.next(over.signal),
    isOver: () => over.signal.aborted,
  })
  let closing: Promise<void> | null = null

  return {
    chainId,
    wallet,
    epoch,
    holder,
    expiresInMs: () => (lost.signal.aborted ? 0 : options.expiresInMs()),
    lost: lost.signal,
    refusal: () => reasonOf(lost.signal) ?? contact.outage(),
    bind: (genesis) => inTurn(() => bind(genesis)),
    load: () => inTurn(load),
    append: (record) => inTurn(() => appendNoted(record)),
    close: () => (closing ??= close()),
    lose,
  }

  function lose(reason: Error): void {
    if (lost.signal.aborted || over.signal.aborted) return
    logger.warn({ err: reason, wallet }, 'the lease of the wallet is lost; nothing more is sent for it')
    lost.abort(reason)
    over.abort()
  }

  async function bind(genesis: string): Promise<void> {
    throwIfOver()
    const found = await answered(() => options.bind(genesis))
    if (isOtherChain({ genesis: found }, genesis)) throw otherChain({ wallet, found })
  }

  async function load(): Promise<readonly JournalRecord[]> {
    throwIfOver()
    const records = await answered(writer.load)
    await answered(() => options.budget?.adopt(lease, records) ?? Promise.resolve())
    return records
  }

  async function answered<T>(work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work()
      contact.succeeded()
      return answer
    } catch (error) {
      throw error instanceof StatementError ? contact.failed(error) : error
    }
  }

  async function appendNoted(record: JournalRecord): Promise<void> {
    const change = changeBy(record)
    let isWritten = false
    try {
      await append({ json: toStored(record), change })
      isWritten = true
    } finally {
      // The lane goes on with a transaction whose end it could not record: the payment may be mined yet.
      if (isWritten || record.type !== 'superseded') owed.see(change, { isWritten })
    }
    await compact()
  }

  async function append(entry: Entry): Promise<void> {
    throwIfOver()
    const outage = contact.outage()
    if (outage) throw outage
    if (!writer.isLoaded()) throw new JournalError('The journal is not loaded.', { wallet })
    let isInDoubt = false
    let held: BudgetExhaustedError | null = null
    for (let next = entry; ;)
      try {
        await writer.write(next)
        break
      } catch (error) {
        const reason = error instanceof StatementError ? contact.failed(error) : error
        isInDoubt ||= error instanceof StatementError && error.outcome === 'unanswered'
        if (!isInDoubt) throw reason
        if (entry.change && error instanceof BudgetExhaustedError) {
          held = error
          next = placeholder(entry.change.id)
          continue
        }
        // The heartbeat finds the database again.
        await contact.next(over.signal)
        if (over.signal.aborted) throw inDoubt(reason)
      }
    contact.succeeded()
    if (held) throw held
  }

  /** The database may have the record, and then the next process that claims the wallet sends it: the caller must not take it for unsent. */
  function inDoubt(reason: unknown): AbortedError {
    return new AbortedError(
      'The database did not say whether the intent is recorded.',
      { wallet, do: 'the next broker of this wallet sends it if it is; look at its transactions before you try again' },
      { cause: reason },
    )
  }

  /** A journal that cannot be compacted still works. */
  async function compact(): Promise<void> {
    try {
      await writer.compactIfDue()
    } catch (error) {
      const reason = error instanceof StatementError ? contact.failed(error) : error
      logger.warn({ err: reason, wallet }, 'the journal could not be compacted')
    }
  }

  async function close(): Promise<void> {
    over.abort()
    await inTurn(() => (lost.signal.aborted ? Promise.resolve() : options.release()))
  }

  function throwIfOver(): void {
    const reason = reasonOf(lost.signal)
    if (reason) throw reason
    if (over.signal.aborted) throw new JournalError('The journal is closed.', { wallet })
  }
}

/** Takes the place of a payment that is held, so that its first statement, which may be on its way yet, finds it taken. */
function placeholder(id: string): Entry {
  return { json: toStored({ type: 'superseded', id, reason: 'the budget did not allow it' }), change: null }
}

function reasonOf({ aborted, reason }: AbortSignal): Error | null {
  if (!aborted) return null
  return reason instanceof Error ? reason : new Error(String(reason))
}

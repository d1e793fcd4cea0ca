import type { PaymentChange } from './payment-changes.ts'

/** What became of a payment, whose record was not written. */
type Turn = Extract<PaymentChange, { type: 'turns' }>

/**
 * What receipts told of payments while the database took no records. The broker does not write it again, since the chain holds it: without
 * this the payment would count as open for as long as the process lives.
 */
export type OwedTurns = {
  /** The record of the change was written, or was not. The latest of a payment counts. */
  see(change: PaymentChange | null, how: { isWritten: boolean }): void
}

export type OwedTurnsOptions = {
  /** Writes a turn where the lease holds, and where it is owed still once it is its time: a newer record may come before it. */
  write: (turn: Turn, isOwed: () => boolean) => Promise<void>
  /** Resolves at the next answer of the database, or at the end. */
  next: () => Promise<void>
  isOver: () => boolean
}

export function createOwedTurns({ write, next, isOver }: OwedTurnsOptions): OwedTurns {
  const owed = new Map<string, Turn>()
  let isPaying = false

  return {
    see(change, { isWritten }) {
      if (!change) return
      if (isWritten || change.type === 'begins') owed.delete(change.id)
      else owed.set(change.id, change)
      if (!isPaying && owed.size > 0) void pay()
    },
  }

  async function pay(): Promise<void> {
    isPaying = true
    while (owed.size > 0) {
      await next()
      if (isOver()) break
      await payAll()
    }
    isPaying = false
  }

  async function payAll(): Promise<void> {
    for (const [id, turn] of owed)
      try {
        const isOwed = (): boolean => owed.get(id) === turn
        await write(turn, isOwed)
        if (isOwed()) owed.delete(id)
      } catch {
        // At the next answer again.
        return
      }
  }
}

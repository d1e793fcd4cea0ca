import type { Broker, TransactionActor } from '../../index.ts'

const PATIENCE_MS = 15_000

/** Waits until every open transaction has an outcome, but no longer than 15 s or as given. True when all have one. */
export async function transactionsSettled(broker: Broker, patienceMs = PATIENCE_MS): Promise<boolean> {
  const open = broker.transactions().filter(isOpen)
  let patience: NodeJS.Timeout | undefined
  const tooLong = new Promise<false>((resolve) => {
    patience = setTimeout(() => resolve(false), patienceMs)
  })
  const all = Promise.all(open.map(outcome)).then(() => true)
  const result = await Promise.race([all, tooLong])
  clearTimeout(patience)
  return result
}

function outcome(transaction: TransactionActor): Promise<void> {
  return new Promise((resolve) => {
    const subscription = transaction.subscribe((snapshot) => {
      if (snapshot.hasTag('open')) return
      subscription.unsubscribe()
      resolve()
    })
  })
}

const isOpen = (transaction: TransactionActor): boolean => transaction.getSnapshot().hasTag('open')

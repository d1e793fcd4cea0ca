import { formatOg } from 'og-ledger'
import { useTransactions, type TransactionView } from 'og-ledger/react'

const WORDS: Readonly<Record<string, string>> = {
  addLedger: 'Open ledger',
  depositFund: 'Deposit',
  transferFund: 'Fund provider',
  retrieveFund: 'Ask back or claim',
}

/** What was sent, and how far it is; the newest first. */
export function Transactions() {
  const transactions = useTransactions()
  if (transactions.length === 0) return null
  return (
    <section className="card" aria-label="Transactions">
      <h2>Transactions</h2>
      <ul>
        {transactions.toReversed().map(({ id, operation, amount, state, hash }) => (
          <li key={id} data-state={state}>
            <span>{WORDS[operation] ?? operation}</span>
            <span>{amount > 0n && `${formatOg(amount)} OG`}</span>
            <span title={hash ?? undefined}>{progressOf({ hash, state })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Without a hash it is still at the wallet, or was never sent. */
function progressOf({ hash, state }: Pick<TransactionView, 'hash' | 'state'>): string {
  if (hash !== null) return state
  return state === 'prepared' ? 'at your wallet' : 'not sent'
}

import { useState } from 'react'
import { formatOg } from 'og-ledger'
import { useLedger, useLedgerAction, usePosition } from 'og-ledger/react'
import { ActionButton } from './action-button.tsx'

/** The wallet's ledger: opens it, and pays into it. */
export function Ledger() {
  const { data: ledger } = useLedger()
  const { data: gas } = usePosition(({ wallet }) => wallet.balance)
  const [amount, setAmount] = useState('10')
  const open = useLedgerAction((broker, og: string) => broker.ledger.addLedger(og))
  const deposit = useLedgerAction((broker, og: string) => broker.ledger.depositFund(og))
  if (ledger === undefined) return null
  const action = ledger ? deposit : open
  return (
    <section className="card" aria-label="Ledger">
      <h2>Ledger</h2>
      <dl>
        <dt>Available</dt>
        <dd>{ledger ? formatOg(ledger.available) : '0'} OG</dd>
        <dt>With providers</dt>
        <dd>{ledger ? formatOg(ledger.locked) : '0'} OG</dd>
        <dt>In the wallet</dt>
        <dd>{gas === undefined ? '…' : formatOg(gas)} OG</dd>
      </dl>
      {!ledger && <p>You have no ledger yet. It holds the money that you give to providers.</p>}
      <label>
        Amount in OG
        <input inputMode="decimal" value={amount} onChange={({ target }) => setAmount(target.value)} />
      </label>
      <ActionButton action={action} label={ledger ? 'Deposit' : 'Open ledger'} run={() => void action.run(amount)} />
    </section>
  )
}

'use client'
import { BrowserProvider } from 'ethers'
import { formatOg } from 'og-ledger'
import { LedgerProvider, useBroker, useLedger, useLedgerAction } from 'og-ledger/react'
import { useState } from 'react'

/** Shows what the server has read, until the browser has; acts once a wallet is connected. */
export function Ledger({ initial, network }) {
  const [options, connect] = useState(null)
  return (
    <LedgerProvider initial={initial} options={options}>
      <Figures />
      {options ? <Deposit /> : <Connect onSigner={(signer) => connect({ signer, network })} />}
    </LedgerProvider>
  )
}

function Figures() {
  const { data: ledger, status } = useLedger()
  return (
    <p>
      Available: <strong>{formatOg(ledger?.available ?? 0n)} OG</strong> <small>({status})</small>
    </p>
  )
}

function Connect({ onSigner }) {
  const [error, fail] = useState('')
  async function connect() {
    if (!window.ethereum) return fail('This browser has no wallet.')
    try {
      onSigner(await new BrowserProvider(window.ethereum).getSigner())
    } catch (reason) {
      fail(reason instanceof Error ? reason.message : 'The wallet did not answer.')
    }
  }
  return (
    <>
      <button onClick={() => void connect()}>Connect</button>
      {error && <p role="alert">{error}</p>}
    </>
  )
}

/** A double click pays once: while it is pending, `run` gives the same promise. */
function Deposit() {
  const { error: broken } = useBroker()
  const { run, status, error } = useLedgerAction((broker, og) => broker.ledger.depositFund(og))
  const failure = broken ?? error
  return (
    <>
      <button onClick={() => void run('10')} disabled={status === 'pending'}>
        {status === 'pending' ? 'Confirm in your wallet…' : 'Deposit 10 OG'}
      </button>
      {failure && <p role="alert">{failure.shortMessage ?? failure.message}</p>}
    </>
  )
}

import { useEffect, useState } from 'react'
import { formatOg, type Decision } from 'og-ledger'
import { useBroker, useLedgerAction, usePlan, useSubAccount } from 'og-ledger/react'
import { provider } from '../network.ts'
import { ActionButton } from './action-button.tsx'
import { Notice } from './notice.tsx'

/** A top-up that waits for an answer. */
type Question = { amount: bigint; answer: (approved: boolean) => void }

/** The sub-account of one provider: funds it, approves its top-ups, asks money back and claims it. */
export function ProviderCard() {
  const { data: account } = useSubAccount(provider)
  const { data: reason } = usePlan(({ decisions }) => decisions.map(wordsOf)[0])
  const { question, isOn, start, stop } = useApprovals()
  const fund = useLedgerAction((broker) => broker.inference.ensureFunded(provider, '3'))
  const retrieve = useLedgerAction((broker) =>
    broker.ledger.retrieveFundFromProvider(provider, 'inference', { force: true }),
  )
  const claim = useLedgerAction((broker) => broker.ledger.claimRefunds(provider, 'inference'))
  if (account === undefined) return null
  const unlocksAt = account?.refunds.find(({ claimable }) => !claimable)?.unlocksAt
  return (
    <section className="card" aria-label="Provider">
      <h2>Provider</h2>
      <code className="address">{provider}</code>
      <dl>
        <dt>It can charge</dt>
        <dd>{formatOg(account?.available ?? 0n)} OG</dd>
        <dt>Asked back</dt>
        <dd>{formatOg(account?.pendingRefund ?? 0n)} OG</dd>
        <dt>To be claimed</dt>
        <dd>{formatOg(account?.claimable ?? 0n)} OG</dd>
      </dl>
      {question && (
        <Notice kind="info" title={`Top up ${formatOg(question.amount)} OG?`}>
          <span className="answers">
            <button onClick={() => question.answer(true)}>Approve</button>
            <button className="quiet" onClick={() => question.answer(false)}>
              Not now
            </button>
          </span>
        </Notice>
      )}
      <label className="switch">
        <input type="checkbox" checked={isOn} onChange={() => (isOn ? stop() : start())} />
        Ask me whenever it runs low
      </label>
      {isOn && !question && reason && <p>{reason}</p>}
      {unlocksAt && <p>What you asked back can be claimed from {new Date(unlocksAt * 1_000).toLocaleString()}.</p>}
      <div className="actions">
        <ActionButton action={fund} label="Fund up to 3 OG" run={() => void fund.run()} />
        <ActionButton
          action={retrieve}
          label="Ask back"
          run={() => void retrieve.run()}
          disabled={!account || account.available === 0n}
        />
        <ActionButton
          action={claim}
          label="Claim"
          run={() => void claim.run()}
          disabled={!account || account.claimable === 0n}
        />
      </div>
    </section>
  )
}

function wordsOf(decision: Decision): string {
  return decision.action === 'hold' ? `Nothing is due: ${decision.reason}.` : `A top-up is due.`
}

/** Auto-funding that asks the person at the page before each top-up; the wallet asks once more. */
function useApprovals() {
  const { broker } = useBroker()
  const [question, setQuestion] = useState<Question>()
  const [isOn, setOn] = useState(false)
  useEffect(() => {
    if (!broker || !isOn) return undefined
    broker.inference.startAutoFunding(provider, {
      maxTopUp: '5',
      approve: (decision, signal) =>
        new Promise((resolve) => {
          const close = (): void => setQuestion(undefined)
          signal.addEventListener('abort', close)
          const answer = (approved: boolean): void => {
            close()
            resolve(approved)
          }
          if (decision.action !== 'hold') setQuestion({ amount: decision.amount, answer })
        }),
    })
    return () => {
      setQuestion(undefined)
      broker.inference.stopAutoFunding(provider)
    }
  }, [broker, isOn])
  return { question, isOn, start: () => setOn(true), stop: () => setOn(false) }
}

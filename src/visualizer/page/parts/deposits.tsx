import type { VNode } from 'preact'
import type { AutoDepositState } from '../../protocol.ts'
import { depositLimits, depositsIn, depositSentences, depositTerms, nextDeposit } from '../format/deposit.ts'
import { signs } from '../format/tones.ts'
import { count } from '../format/words.ts'
import { Amount } from './amount.tsx'
import { LastPayment } from './facts.tsx'
import { Icon } from './icon.tsx'
import { useChainClock, usePage } from './page.ts'
import { Limits, Terms } from './plan.tsx'

/** The ledger's own row of the plan: what auto-deposit does, or would do, and why not. Nothing where it is not on. */
export function DepositCard(): VNode | null {
  const { view } = usePage()
  const { at } = useChainClock()
  const deposits = depositsIn(view.state)
  if (!deposits) return null
  const { dryRun } = view.subject
  const { row, actor } = deposits
  const { tone, text } = nextDeposit(deposits, dryRun)
  return (
    <section class="card deposit" aria-label="Auto-deposit">
      <div class="card-head">
        <h2>{dryRun ? 'What auto-deposit would do' : 'Auto-deposit'}</h2>
        <span class="state next" data-tone={tone}>
          <Icon name={signs[tone]} />
          {text}
        </span>
        {actor && <Answers actor={actor} />}
      </div>
      <div class="block plan">
        {depositSentences(deposits, dryRun, at).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {actor && <Sum actor={actor} />}
        {row && (
          <details>
            <summary>Numbers and limits</summary>
            <Terms terms={depositTerms(row)} />
            <Limits limits={depositLimits(row, view.state.block?.timestamp ?? 0, at)} />
          </details>
        )}
      </div>
    </section>
  )
}

/** Approves the amount that is shown: by the time of the click another one may wait. */
function Answers({ actor: { value, amount } }: { actor: AutoDepositState }): VNode | null {
  const { can, propose, off } = usePage()
  if (value !== 'awaitingApproval' || amount === null || !can('approve-deposit')) return null
  return (
    <div class="end">
      <button
        type="button"
        class="button main"
        disabled={off !== null}
        onClick={() => propose({ action: 'approve-deposit', amount })}
      >
        Approve
      </button>
      <button
        type="button"
        class="button"
        disabled={off !== null}
        onClick={() => propose({ action: 'reject-deposit' })}
      >
        Reject
      </button>
    </div>
  )
}

function Sum({ actor: { deposits, paid, lastDeposit } }: { actor: AutoDepositState }): VNode {
  if (deposits === 0) return <p class="dim">No deposit so far.</p>
  return (
    <p class="dim">
      {count(deposits, 'deposit')} of <Amount wei={paid} /> so far
      {lastDeposit && (
        <>
          , the last one <LastPayment {...lastDeposit} />
        </>
      )}
      .
    </p>
  )
}

import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ClosingPlanState, ControlRequest } from '../../protocol.ts'
import { amountLimits } from '../format/amount-limits.ts'
import { inputText, parseAmount, problemOf } from '../format/amount-input.ts'
import { proposalOf } from '../format/proposals.ts'
import { AmountField } from './amount-field.tsx'
import { ClosingPlan } from './closing-plan.tsx'
import { usePage } from './page.ts'

export type QuestionProps = {
  request: ControlRequest
  /** Resolves with the reason of a refusal; null once the action has begun. */
  ask: (request: ControlRequest) => Promise<string | null>
  /** What closing would do; a sentence where that cannot be read. */
  closingPlan: () => Promise<ClosingPlanState | string>
  close: () => void
}

/** The question before an action: it says what moves and what follows. Nothing is sent before it is answered. */
export function Question({ request, ask, closingPlan, close }: QuestionProps): VNode {
  const { view, off } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  // Made once, when the question opens: its words must not change while the user reads it.
  const [proposal] = useState(() => proposalOf(request, view.state))
  const [typed, setTyped] = useState(() =>
    proposal.amount === null || proposal.amount === '0' ? '' : inputText(proposal.amount),
  )
  const [asking, setAsking] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const limits = amountLimits(request, view.state)
  const amount = parseAmount(typed)
  const problem = limits && problemOf(typed, limits)
  const isReady = limits === null || (amount !== null && problem === null)
  const submit = async (event: Event) => {
    event.preventDefault()
    if (asking || !isReady || off !== null) return
    setAsking(true)
    const refused = await ask(limits && amount !== null ? withAmount(request, amount) : request)
    setAsking(false)
    setRefusal(refused)
    if (refused === null) close()
  }
  return (
    <dialog
      ref={dialog}
      class={request.action === 'close' ? 'question wide' : 'question'}
      aria-labelledby="question"
      onClose={close}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="question">{proposal.title}</h2>
        {proposal.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {request.action === 'close' && <ClosingPlan load={closingPlan} />}
        {limits && <AmountField {...{ typed, setTyped, limits, problem }} />}
        {[refusal, off].map(
          (words) =>
            words !== null && (
              <p key={words} class="refusal" data-tone="bad" role="alert">
                {words}
              </p>
            ),
        )}
        <div class="answers">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button
            type="submit"
            class={proposal.isDangerous ? 'button main dangerous' : 'button main'}
            disabled={asking || !isReady || off !== null}
          >
            {asking ? 'Asking…' : proposal.confirm}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function withAmount(request: ControlRequest, amount: `${bigint}`): ControlRequest {
  return request.action === 'top-up' || request.action === 'deposit' ? { ...request, amount } : request
}

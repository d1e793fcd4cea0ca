import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ControlRequest } from '../../protocol.ts'
import { proposalOf } from '../format/proposals.ts'
import { inputText, parseAmount } from '../format/amount-input.ts'
import { usePage } from './page.ts'

export type QuestionProps = {
  request: ControlRequest
  /** Resolves with the reason of a refusal; null once the action has begun. */
  ask: (request: ControlRequest) => Promise<string | null>
  close: () => void
}

/** The question before an action: it says what moves and what follows. Nothing is sent before it is answered. */
export function Question({ request, ask, close }: QuestionProps): VNode {
  const { view, off } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  // Made once, when the question opens: its amounts must not change while the user reads it.
  const [proposal] = useState(() => proposalOf(request, view.state))
  const [typed, setTyped] = useState(() =>
    proposal.amount === null || proposal.amount === '0' ? '' : inputText(proposal.amount),
  )
  const [asking, setAsking] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const amount = parseAmount(typed)
  const isReady = proposal.amount === null || amount !== null
  const submit = async (event: Event) => {
    event.preventDefault()
    if (asking || !isReady || off !== null) return
    setAsking(true)
    const refused = await ask(request.action === 'top-up' && amount !== null ? { ...request, amount } : request)
    setAsking(false)
    setRefusal(refused)
    if (refused === null) close()
  }
  return (
    <dialog ref={dialog} class="question" aria-labelledby="question" onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="question">{proposal.title}</h2>
        {proposal.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {proposal.amount !== null && (
          <label class="amount-field">
            Amount
            <span>
              <input
                inputMode="decimal"
                autoComplete="off"
                spellcheck={false}
                value={typed}
                aria-invalid={typed !== '' && amount === null}
                onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              />
              OG
            </span>
          </label>
        )}
        {refusal !== null && (
          <p class="refusal" data-tone="bad" role="alert">
            {refusal}
          </p>
        )}
        {off !== null && (
          <p class="refusal" data-tone="low" role="alert">
            {off}
          </p>
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

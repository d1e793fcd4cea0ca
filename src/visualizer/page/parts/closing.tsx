import type { VNode } from 'preact'
import { closingIn } from '../store/closing.ts'
import { useChainClock, useNow, usePage } from './page.ts'

/** How far closing the ledger has come, and the way back. Nothing where it is not being closed. */
export function ClosingCard(): VNode | null {
  const { view, can, propose, off } = usePage()
  const { at } = useChainClock()
  const now = useNow(view)
  const closing = closingIn(view.state, now, at)
  if (!closing) return null
  const { step, home, rest, part } = closing
  return (
    <section class="card closing" aria-label="Closing">
      <div class="card-head">
        <h2>Closing the ledger</h2>
        <span class="dim">{step}</span>
        {can('cancel-close') && (
          <div class="end">
            <button
              type="button"
              class="button"
              disabled={off !== null}
              onClick={() => propose({ action: 'cancel-close' })}
            >
              Cancel closing…
            </button>
          </div>
        )}
      </div>
      <div class="block refunds">
        <progress max={1} value={part} aria-label="How far closing has come" />
        <p>{home}</p>
        {rest !== '' && <p class="dim">{rest}</p>}
      </div>
    </section>
  )
}

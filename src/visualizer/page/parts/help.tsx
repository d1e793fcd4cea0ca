import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

const KEYS = [
  ['/', 'search the sub-accounts'],
  ['↑ ↓', 'go through the list, and through the timeline'],
  ['← →', 'on the time line at the bottom: the event before, and the next one'],
  ['Enter', 'open a sub-account, or show the page at the moment of an event'],
  ['Esc', 'close what was opened last'],
  ['?', 'this help'],
] as const

/** The keys of the page, and what its drawings mean. */
export function Help({ close }: { close: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="question help" aria-labelledby="help" onClose={close}>
      <div class="help-head">
        <h2 id="help">Keys and drawings</h2>
        <button type="button" class="button bare" aria-label="Close the help" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <dl>
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        Green has enough; blue is being refilled; amber is held below what it needs; violet waits for a refund; red
        needs a person. Each colour has a sign of its own beside it.
      </p>
      <p>
        A line over time is what is available, its dashes what is required, and a dot a top-up. The bars at the bottom
        are events: the higher one is, the more happened there.
      </p>
      <p>All times are those of this machine.</p>
    </dialog>
  )
}

import type { ActionState } from 'og-ledger/react'
import { adviceOn } from '../advice.ts'

/** A button that pays, says that the wallet waits, and what to do where it fails. */
export function ActionButton({
  action,
  label,
  run,
  disabled = false,
}: {
  action: ActionState<unknown>
  label: string
  run: () => void
  disabled?: boolean
}) {
  const { status, error } = action
  return (
    <div className="action">
      <button disabled={disabled || status === 'pending'} onClick={run} aria-busy={status === 'pending'}>
        {status === 'pending' ? 'Confirm in your wallet…' : label}
      </button>
      {status === 'success' && <p className="done">Done.</p>}
      {error && (
        <p className="failed" role="alert">
          {adviceOn(error)}
        </p>
      )}
    </div>
  )
}

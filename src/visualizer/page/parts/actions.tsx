import type { VNode } from 'preact'
import type { ActionName, ControlRequest, SubAccountState } from '../../protocol.ts'
import { actionWords } from '../format/words.ts'
import { usePage } from './page.ts'

type Own = Extract<ActionName, 'top-up' | 'pause' | 'resume' | 'approve' | 'reject' | 'retrieve'>

/** The buttons for a sub-account; none where the page only looks. */
export function Actions({ account }: { account: SubAccountState }): VNode | null {
  const { can, propose, off } = usePage()
  const names = fitting(account).filter(can)
  if (names.length === 0) return null
  return (
    <div class="actions">
      {names.map((action) => (
        <button
          key={action}
          type="button"
          class={action === 'approve' ? 'button main' : action === 'retrieve' ? 'button danger' : 'button'}
          disabled={off !== null}
          title={off ?? undefined}
          onClick={() => propose(requestOf(action, account))}
        >
          {actionWords[action]}
          {action === 'top-up' || action === 'retrieve' ? '…' : ''}
        </button>
      ))}
    </div>
  )
}

/** The request of a button. It approves the amount that is shown: by then another one may wait. */
function requestOf(action: Own, { provider, serviceType, autoFunding }: SubAccountState): ControlRequest {
  if (action !== 'approve') return { action, provider, serviceType }
  return { action, provider, serviceType, amount: autoFunding?.amount ?? '0' }
}

/** The actions that are possible in the present state. */
function fitting({ autoFunding, plan, account }: SubAccountState): Own[] {
  if (autoFunding?.value === 'awaitingApproval') return ['approve', 'reject']
  return [
    'top-up',
    ...(autoFunding ? [plan?.reason === 'paused' ? ('resume' as const) : ('pause' as const)] : []),
    ...(account && account.balance !== '0' ? ['retrieve' as const] : []),
  ]
}

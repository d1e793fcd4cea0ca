import type { VNode } from 'preact'
import type { SubAccountState } from '../../protocol.ts'
import { duration, moment } from '../format/durations.ts'
import { inOg } from '../format/amounts.ts'
import { readAt } from '../store/moments.ts'
import { Amount } from './amount.tsx'
import { useChainClock, useNow, usePage } from './page.ts'

/**
 * The pending refunds. A lock ends by block time. Between two readings the page adds the time of its own clock; only a
 * reading shows that a refund can be claimed.
 */
export function Refunds({ account: { account } }: { account: SubAccountState }): VNode | null {
  const { view } = usePage()
  const { at } = useChainClock()
  const now = useNow(view)
  if (!account || account.refunds.length === 0) return null
  const { block } = view.state
  const read = readAt(view.history, view.seq)
  const blockNow = (block?.timestamp ?? 0) + (read === null ? 0 : Math.max(0, (now - read) / 1_000))
  return (
    <div class="block refunds">
      <h3>
        Refunds <span class="dim">{inOg(account.pendingRefund)} OG pending</span>
      </h3>
      <ul>
        {account.refunds.map(({ amount, createdAt, unlocksAt, claimable }) => {
          const left = unlocksAt - blockNow
          const done = Math.min(1, Math.max(0, 1 - left / Math.max(1, unlocksAt - createdAt)))
          return (
            <li key={`${createdAt} ${amount}`}>
              <Amount wei={amount} />
              <progress max={1} value={claimable ? 1 : done} aria-label="Part of the lock that is over" />
              <span data-tone={claimable ? 'good' : 'refund'} class="until">
                {claimable ? 'can be claimed' : left > 0 ? `≈ ${duration(left)} left` : 'lock over, awaiting a block'}
              </span>
              <span class="dim at">{moment(at(unlocksAt), now)}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { SubAccountState } from '../../protocol.ts'
import { nextOf, titleOf } from '../format/accounts.ts'
import { addressLink } from '../format/links.ts'
import { standingOf } from '../store/standing.ts'
import { samplesUntil } from '../store/samples.ts'
import { Actions } from './actions.tsx'
import { Amount } from './amount.tsx'
import { Copy } from './copy.tsx'
import { Facts } from './facts.tsx'
import { HistoryChart } from './history-chart.tsx'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'
import { Plan } from './plan.tsx'
import { Refunds } from './refunds.tsx'

/** Everything about one sub-account. */
export function Detail({ account, leave }: { account: SubAccountState; leave: () => void }): VNode {
  const { view } = usePage()
  const pane = useRef<HTMLElement>(null)
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (matchMedia('(max-width: 1080px)').matches) close.current?.focus()
  }, [account.key])
  const { tone, text } = nextOf(account, view.subject.dryRun)
  const standing = standingOf(account)
  const samples = samplesUntil(view.history.samples.get(account.key), view.at)
  return (
    <section class="card detail" aria-label={`Sub-account ${titleOf(account)}`} ref={pane}>
      <div class="card-head">
        <span class="state" data-tone={standing.tone}>
          <Icon name={standing.icon} />
          {standing.word}
        </span>
        <h2 class="foreign" title={titleOf(account)}>
          {titleOf(account)}
        </h2>
        <button ref={close} type="button" class="button bare end" aria-label="Close this pane" onClick={leave}>
          <Icon name="close" />
        </button>
      </div>
      <div class="detail-top">
        <div class="big">
          <p class="figure">{account.account ? <Amount wei={account.account.available} /> : '–'}</p>
          <p class="dim">available{account.plan && <> of {<Amount wei={account.plan.required} />} required</>}</p>
          <p class="next" data-tone={tone}>
            {text}
          </p>
        </div>
        <Actions account={account} />
      </div>
      <HistoryChart samples={samples} since={view.history.entries[0]?.at ?? view.at} until={view.at} />
      <Plan account={account} />
      <Refunds account={account} />
      <Facts account={account} />
      <ProviderBlock account={account} />
    </section>
  )
}

function ProviderBlock({ account }: { account: SubAccountState }): VNode {
  const { view } = usePage()
  const link = addressLink(view.subject.network.explorer, account.provider)
  return (
    <div class="who-block">
      <Copy text={account.provider} what="the provider's address" whole />
      {link && (
        <a href={link} target="_blank" rel="noreferrer noopener">
          explorer
        </a>
      )}
      {account.service?.url && (
        <span class="foreign dim" title={account.service.url}>
          {account.service.url}
        </span>
      )}
    </div>
  )
}
